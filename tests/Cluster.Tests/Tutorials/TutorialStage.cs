using System.Text.RegularExpressions;

using MiniK8s.ClusterKit;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Cluster.Tests.Tutorials;

/// <summary>Plays every scene at once, since most of them are spent waiting for a probe's period or a back-off; a test awaits its own.</summary>
/// <remarks>Scenes whose manifests name the same namespace and Pod come one after the other, as in the tutorials.</remarks>
public sealed partial class TutorialStage : IAsyncDisposable
{
    private readonly SharedLab _shared;
    private readonly Lazy<Task<IReadOnlyDictionary<string, Task>>> _plays;

    public TutorialStage(SharedLab shared) => (_shared, _plays) = (shared, new(OpenAsync));

    /// <summary>Returns when the scene has been played to its end; throws what went wrong in it.</summary>
    public async Task PlayAsync(string scene) => await (await _plays.Value)[scene];

    public async ValueTask DisposeAsync()
    {
        if (!_plays.IsValueCreated) return;
        await Task.WhenAll((await _plays.Value).Values).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    internal static string PathOf(string scene) => Path.Combine(AppContext.BaseDirectory, "Manifests", $"{scene}.yaml");

    private async Task<IReadOnlyDictionary<string, Task>> OpenAsync()
    {
        foreach (var ns in (string[])["dev", "qos-example"]) await _shared.OpenNamespaceAsync(ns);
        var plays = new Dictionary<string, Task>();
        foreach (var sharingOnePod in TutorialScenes.All.GroupBy(scene => PodOf(scene.Key) is { Namespace: { } ns, Name: var name } ? $"{ns}/{name}" : scene.Key))
        {
            var before = Task.CompletedTask;
            foreach (var (scene, script) in sharingOnePod) before = plays[scene] = PlayAsync(scene, script, before);
        }
        return plays;
    }

    private async Task PlayAsync(string manifest, Func<Scene, Task> script, Task before)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var (named, pod) = PodOf(manifest);
        var ns = named ?? await _shared.NewNamespaceAsync();
        await using var watch = await WatchRecording<Pod>.StartAsync(_shared.Lab.Api, ns, $"metadata.name={pod}");
        var scene = new Scene(_shared.Lab, ns, pod, watch);
        Assert.Equal($"pod/{pod} created\n", await _shared.Lab.KubectlOkAsync("apply", "-f", PathOf(manifest), "-n", ns));
        try
        {
            await scene.SeeAsync(_ => true, "is there");
            await script(scene);
        }
        finally
        {
            await _shared.Lab.KubectlOkAsync("delete", "pod", pod, "-n", ns, "--ignore-not-found", "--force", "--grace-period=0");
        }
    }

    private static (string? Namespace, string Name) PodOf(string manifest)
    {
        var text = File.ReadAllText(PathOf(manifest));
        return (NamespaceLine().Match(text) is { Success: true } ns ? ns.Groups[1].Value : null, NameLine().Match(text).Groups[1].Value);
    }

    // Two columns deep is metadata; no container's name stands there.
    [GeneratedRegex(@"^  namespace: (\S+)", RegexOptions.Multiline)]
    private static partial Regex NamespaceLine();

    [GeneratedRegex(@"^  name: (\S+)", RegexOptions.Multiline)]
    private static partial Regex NameLine();
}
