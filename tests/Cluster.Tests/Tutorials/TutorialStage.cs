using System.Globalization;
using System.Text.RegularExpressions;

using MiniK8s.Cluster.Tests.Golden;

namespace MiniK8s.Cluster.Tests.Tutorials;

/// <summary>Plays every scene, many at once, since most of them are spent waiting for a probe's period or a back-off; a test awaits its own.</summary>
/// <remarks>
/// A scene has a namespace of its own, where its manifests name none. Two labs, as two readers have them: pod-lifespan has the Pods of
/// pod-lifecycle-in-detail, by the same names in the same namespace. The second is thrown away afterwards, so what leaves something behind is
/// played there.
/// </remarks>
public sealed partial class TutorialStage : IAsyncLifetime
{
    // More would only wait for the processor.
    private const int AtOnce = 16;

    // On every node beforehand, as with the authors.
    private static readonly string[] Images =
        ["busybox:1.30", "nginx:1.17.1", "crpi-j2guy08w46nav7rf.cn-hongkong.personal.cr.aliyuncs.com/xiao_he/nginx:1.27.5"];

    // The scene of an image that no node has yet plays where no other scene pulls it, and those that ask for processors where none shows how many are given away.
    private static readonly string[] InSharedLab = ["pod-lifecycle-in-detail/", "pod-in-practice/test-imagepolicy2", "pod-notes/resources", "pod-notes/qos-guaranteed"];

    private readonly SharedLab _shared;
    private readonly SharedLab _own = new();
    private readonly SemaphoreSlim _room = new(AtOnce);
    private readonly Lazy<IReadOnlyDictionary<string, Task>> _plays;

    public TutorialStage(SharedLab shared) => (_shared, _plays) = (shared, new(Play));

    /// <summary>Returns when the scene has been played to its end; throws every step that printed something else. The first call plays them all.</summary>
    public Task PlayAsync(string scene) => _plays.Value[scene];

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (_plays.IsValueCreated)
        {
            await Task.WhenAll(_plays.Value.Values).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await _shared.Lab.KubectlAsync("delete", "namespace", "dev", "qos-example", "--ignore-not-found", "--wait=false");
            await _own.DisposeAsync();
        }
        _room.Dispose();
    }

    private Dictionary<string, Task> Play()
    {
        var (here, there) = (PrepareAsync(_shared), OpenAsync());
        var scenes = TutorialFiles.Scenes.Names.Select(TutorialFiles.Scenes.Read).OrderByDescending(LongestWait);
        return scenes.ToDictionary(scene => scene.Name, scene => InSharedLab.Any(scene.Name.StartsWith) ? PlayAsync(scene, _shared, here) : PlayAsync(scene, _own, there));

        async Task OpenAsync()
        {
            await _own.InitializeAsync();
            await PrepareAsync(_own);
        }
    }

    private static async Task PrepareAsync(SharedLab lab)
    {
        await lab.PullAsync(Images);
        foreach (var ns in (string[])["dev", "qos-example"]) await lab.OpenNamespaceAsync(ns);
    }

    private async Task PlayAsync(Chapter scene, SharedLab lab, Task isReady)
    {
        await isReady;
        await _room.WaitAsync();
        var ns = NamespaceOf(scene.Name);
        try
        {
            await lab.OpenNamespaceAsync(ns);
            using var shell = await Shell.OpenAsync(lab.Lab, ns, TutorialFiles.FolderOf(scene.Name));
            await ChapterPlay.RunAsync(scene, TutorialFiles.Scenes, shell, new Normaliser(shell.Folder, anywhere: true));
        }
        finally
        {
            // Whatever still runs there makes room for the next.
            await lab.Lab.KubectlAsync("delete", "namespace", ns, "--wait=false");
            _room.Release();
        }
    }

    private static string NamespaceOf(string scene) => NotOfANamespace().Replace(scene.ToLowerInvariant(), "-");

    // The scenes that take longest begin first, so that all are played in the time of these.
    private static int LongestWait(Chapter scene) =>
        scene.Steps.SelectMany(step => Timeout().Matches(step.Command)).Select(timeout => int.Parse(timeout.Groups[1].Value, CultureInfo.InvariantCulture)).Append(0).Max();

    [GeneratedRegex(@"--timeout=(\d+)s")]
    private static partial Regex Timeout();

    [GeneratedRegex("[^a-z0-9-]")]
    private static partial Regex NotOfANamespace();
}
