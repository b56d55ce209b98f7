using MiniK8s.ClusterKit;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Cluster.Tests.BadInput;

/// <summary>Plays every scene at once, since most of each is spent waiting for the kubelet's next attempt; a test awaits its own.</summary>
public sealed class BadInputStage : IAsyncLifetime
{
    private readonly SharedLab _shared;
    private readonly Lazy<Task<IReadOnlyDictionary<string, Task>>> _plays;

    public BadInputStage(SharedLab shared) => (_shared, _plays) = (shared, new(OpenAsync));

    /// <summary>Returns when the scene has been played to its end; throws what went wrong in it.</summary>
    public async Task PlayAsync(string scene) => await (await _plays.Value)[scene];

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (!_plays.IsValueCreated) return;
        await Task.WhenAll((await _plays.Value).Values).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task<IReadOnlyDictionary<string, Task>> OpenAsync()
    {
        var ns = await _shared.NewNamespaceAsync();
        return BadInputScenes.All.ToDictionary(scene => scene.Key, scene => PlayAsync(ns, scene.Value));
    }

    private async Task PlayAsync(string ns, BadInputScene scene)
    {
        var lab = _shared.Lab;
        if (scene.Before.Length > 0) await BadPod.CreateAsync(lab, scene.Before, ns);
        await using var watch = await WatchRecording<Pod>.StartAsync(lab.Api, ns, $"metadata.name={scene.Pod}");
        await BadPod.CreateAsync(lab, scene.Manifest, ns);
        var pod = new BadPod(new Scene(lab, ns, scene.Pod, watch));
        try
        {
            await pod.Scene.SeeAsync(_ => true, "is there");
            await scene.Play(pod);
        }
        catch (TimeoutException exception)
        {
            throw new TimeoutException($"{exception.Message}\nThe Pod's status: {pod.Scene.States.LastOrDefault()?.Status}", exception);
        }
        finally
        {
            await lab.KubectlOkAsync("delete", "pod", scene.Pod, "-n", ns, "--ignore-not-found", "--force", "--grace-period=0");
        }
    }
}

/// <param name="Pod">The Pod's name.</param>
/// <param name="Manifest">The Pod, as kubectl takes it.</param>
/// <param name="Play">What is seen of it, what is done about it, and that it then runs.</param>
public sealed record BadInputScene(string Pod, string Manifest, Func<BadPod, Task> Play)
{
    /// <summary>What is there before the Pod is.</summary>
    public string Before { get; init; } = "";
}
