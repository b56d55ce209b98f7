using MiniK8s.ClusterKit;
using MiniK8s.Cluster.Tests.Golden;
using MiniK8s.Protocol.Core.V1;

using Event = MiniK8s.Protocol.Core.V1.Event;

namespace MiniK8s.Cluster.Tests.Histories;

/// <summary>Plays the scenes in one lab, many at once and each in a namespace of its own, and compares when the last has come to its end.</summary>
/// <remarks>
/// So a scene is watched for as long as the longest lasts: what is sent too much is seen as well. With MINIK8S_GOLDEN_RECORD=1 a scene that went
/// otherwise is rewritten in its file, to be reviewed as a diff.
/// </remarks>
public sealed class HistoryStage : IAsyncLifetime
{
    // Every scene whose image is there beforehand uses this one.
    private const string Image = "busybox:1.36";

    // More would only wait for the processor, and two steps of the kubelet for one write.
    private const int AtOnce = 16;

    private static readonly bool IsRecording = Environment.GetEnvironmentVariable("MINIK8S_GOLDEN_RECORD") == "1";

    // Recording has nothing to compare with: a scene has ended when nothing has come for longer than any retry takes.
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(20);

    private readonly SharedLab _shared;
    private readonly Lazy<Task<IReadOnlyDictionary<string, string?>>> _plays;

    public HistoryStage(SharedLab shared) => (_shared, _plays) = (shared, new(PlayAllAsync));

    /// <summary>What went otherwise in a scene; null if nothing did. The first call plays them all.</summary>
    public async Task<string?> PlayAsync(string scene) => (await _plays.Value)[scene];

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (_plays.IsValueCreated) await Task.WhenAny(_plays.Value);
    }

    private async Task<IReadOnlyDictionary<string, string?>> PlayAllAsync()
    {
        await _shared.PullAsync(Image);
        await using var pods = await WatchRecording<Pod>.StartAsync(_shared.Lab.Api, "");
        await using var events = await WatchRecording<Event>.StartAsync(_shared.Lab.Api, "");
        var reader = new HistoryReader(new Normaliser(_shared.Lab.Folder), pods, events);
        using var room = new SemaphoreSlim(AtOnce);
        var plays = SceneFiles.Names.Select(SceneFiles.Read).OrderByDescending(scene => scene.IsLong).Select(scene => new ScenePlay(scene, _shared, () => reader.Read(scene.Namespace))).ToList();
        try
        {
            await Task.WhenAll(plays.Select(PlayAsync));
            return plays.ToDictionary(play => play.Scene.Name, play => play.Judge(IsRecording));
        }
        finally
        {
            foreach (var play in plays) await _shared.Rest.SendAsync(HttpMethod.Delete, $"/api/v1/namespaces/{play.Scene.Namespace}", null, "");
        }

        async Task PlayAsync(ScenePlay play)
        {
            await room.WaitAsync();
            try
            {
                await play.RunAsync(IsRecording ? Quiet : null);
            }
            finally
            {
                room.Release();
            }
        }
    }
}
