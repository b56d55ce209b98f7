using MiniK8s.Kubelet.PodWorkers;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.StaticPods;

/// <summary>Keeps a node's workers told of the pods in its folder of manifests; read when it changes, and every 20 s.</summary>
/// <remarks>
/// A file that cannot be made a pod of is logged and counts as absent. Of two manifests with one name the first file's stays.
/// </remarks>
internal sealed partial class StaticPodSource : IDisposable
{
    private static readonly TimeSpan RescanPeriod = TimeSpan.FromSeconds(20);

    private readonly Wakeup _changed = new();
    private readonly ManifestFolder _folder;
    private readonly string _node;
    private readonly PodWorkerPool _workers;
    private readonly TimeProvider _time;
    private readonly ILogger<StaticPodSource> _logger;
    private readonly Dictionary<string, string> _told = [];     // the last fault of each file, so that it is logged once
    private readonly TaskCompletionSource _synced = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Dictionary<string, Pod> _pods = [];                 // by uid

    /// <summary>Nothing is read before <see cref="ReadAsync"/>.</summary>
    public StaticPodSource(string folder, string node, PodWorkerPool workers, TimeProvider time, ILogger<StaticPodSource> logger)
    {
        (_node, _workers, _time, _logger) = (node, workers, time, logger);
        _folder = new ManifestFolder(folder, _changed.Set);
    }

    /// <summary>Done once the folder has been read; until then nobody knows which pods are no more.</summary>
    public Task Synced => _synced.Task;

    /// <summary>Follows the folder until stopped.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            await _changed.WaitAsync(RescanPeriod, _time, stopping);
            if (!stopping.IsCancellationRequested) await ReadAsync(stopping);
        }
    }

    /// <summary>Reads the folder and tells what differs from the last time: first what is gone, then what is new.</summary>
    public async Task ReadAsync(CancellationToken stopping)
    {
        _changed.Clear();
        Dictionary<string, Pod> pods;
        try
        {
            pods = await PodsAsync(stopping);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            LogFolderUnreadable(_node, exception.Message);      // what runs goes on
            return;
        }
        var before = _pods;
        _pods = pods;
        foreach (var gone in before.Values.Where(pod => !pods.ContainsKey(pod.Metadata.Uid))) _workers.Remove(gone);
        foreach (var added in pods.Values.Where(pod => !before.ContainsKey(pod.Metadata.Uid))) _workers.Update(added);
        _synced.TrySetResult();
    }

    public void Dispose() => _folder.Dispose();

    private async Task<Dictionary<string, Pod>> PodsAsync(CancellationToken stopping)
    {
        var pods = new Dictionary<string, Pod>();
        await foreach (var (file, content, error) in _folder.ReadAsync(stopping))
        {
            if (PodOf(file, content, error) is not { } pod) continue;
            if (pods.Values.Any(other => other.Metadata.Name == pod.Metadata.Name && other.Metadata.Namespace == pod.Metadata.Namespace)) Tell(file, "another file has a pod of this name");
            else pods[pod.Metadata.Uid] = pod;
        }
        return pods;
    }

    private Pod? PodOf(string file, byte[] content, string? error)
    {
        try
        {
            var pod = error is null ? StaticPodManifest.Read(content, file, _node, _time.GetUtcNow()) : throw new ManifestException(error);
            _told.Remove(file);
            return pod;
        }
        catch (ManifestException exception)
        {
            Tell(file, exception.Message);
            return null;
        }
    }

    private void Tell(string file, string fault)
    {
        if (_told.TryGetValue(file, out var told) && told == fault) return;
        _told[file] = fault;
        LogNoPod(_node, file, fault);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Node {Node}: could not process manifest file {File}: {Fault}")]
    private partial void LogNoPod(string node, string file, string fault);

    [LoggerMessage(Level = LogLevel.Error, Message = "Node {Node}: the folder of manifests could not be read: {Fault}")]
    private partial void LogFolderUnreadable(string node, string fault);
}
