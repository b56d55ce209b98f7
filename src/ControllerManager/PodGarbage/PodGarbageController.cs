using System.Text.Json;

using MiniK8s.Api.Errors;
using MiniK8s.Client.Informers;
using MiniK8s.Client.Resources;
using MiniK8s.ControllerManager.Loops;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Meta.V1;
using MiniK8s.Protocol.V1;

namespace MiniK8s.ControllerManager.PodGarbage;

/// <summary>Removes pods that nobody else will, each 20 s.</summary>
/// <remarks>
/// | the pod                                          | removed                                                       |
/// |--------------------------------------------------|---------------------------------------------------------------|
/// | is on a node that is gone                        | after 40 s without it, if the server too does not know it     |
/// | is being deleted and never had a node            | at once                                                       |
/// | has ended, and 12 500 others too                 | evicted ones first, then the oldest                           |
/// A pod that had not ended is first made Failed. Then it is deleted with no grace.
/// </remarks>
internal sealed partial class PodGarbageController(
    InformerSet informers, IApiClient api, TimeProvider time, ILogger<PodGarbageController> logger) : IController
{
    private const int MaxEnded = 12_500;
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Quarantine = TimeSpan.FromSeconds(40);
    private readonly IndexedCache<Pod> _pods = informers.Of<Pod>().Cache;
    private readonly IndexedCache<Node> _nodes = informers.Of<Node>().Cache;
    private readonly Dictionary<string, DateTimeOffset> _missing = [];     // node names and since when; the loop's own

    public async Task RunAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            await PassAsync(stopping);
            await Task.Delay(Period, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>One look at all pods. What could not be removed is tried again in the next pass.</summary>
    internal async Task PassAsync(CancellationToken stopping)
    {
        try
        {
            var pods = _pods.List();
            var lost = await LostNodesAsync(pods, stopping);
            foreach (var pod in Surplus(pods)) await RemoveAsync(pod, isOrphan: false, stopping);
            foreach (var pod in pods.Where(pod => lost.Contains(pod.Spec.NodeName))) await RemoveAsync(pod, isOrphan: true, stopping);
            foreach (var pod in pods.Where(pod => pod is { Spec.NodeName: "", Metadata.DeletionTimestamp: not null }))
                await RemoveAsync(pod, isOrphan: false, stopping);
        }
        catch (Exception ex) when (!stopping.IsCancellationRequested)
        {
            LogPassFailed(logger, ex.Message);
        }
    }

    internal static IEnumerable<Pod> Surplus(IReadOnlyList<Pod> pods, int most = MaxEnded)
    {
        var ended = pods.Where(HasEnded).ToList();
        return ended
            .OrderBy(pod => pod.Status.Reason == "Evicted" ? 0 : 1)
            .ThenBy(pod => pod.Metadata.CreationTimestamp?.ToDateTimeOffset())
            .ThenBy(pod => pod.Metadata.Name, StringComparer.Ordinal)
            .Take(int.Max(0, ended.Count - most));
    }

    private static bool HasEnded(Pod pod) => pod.Status?.Phase is "Succeeded" or "Failed";

    private async Task<IReadOnlySet<string>> LostNodesAsync(IReadOnlyList<Pod> pods, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var missing = pods.Select(pod => pod.Spec.NodeName).Where(node => node.Length > 0 && _nodes.Find("", node) is null).ToHashSet();
        foreach (var back in _missing.Keys.Except(missing).ToList()) _missing.Remove(back);
        foreach (var node in missing) _missing.TryAdd(node, now);
        var lost = new HashSet<string>();
        foreach (var (node, since) in _missing.Where(entry => now - entry.Value >= Quarantine))
        {
            if (await IsGoneAsync(node, ct)) lost.Add(node);
        }
        return lost;
    }

    private async Task<bool> IsGoneAsync(string node, CancellationToken ct)
    {
        try
        {
            await api.Resource<Node>().GetAsync("", node, ct);
            return false;
        }
        catch (ApiException refusal) when (refusal.Status.Code == 404)
        {
            return true;
        }
    }

    private async Task RemoveAsync(Pod pod, bool isOrphan, CancellationToken ct)
    {
        try
        {
            if (!HasEnded(pod)) await FailAsync(pod, isOrphan, ct);
            var options = new DeleteOptions { GracePeriodSeconds = 0, Preconditions = new Preconditions { Uid = pod.Metadata.Uid } };
            await api.Resource<Pod>().DeleteAsync(pod.Metadata.Namespace, pod.Metadata.Name, options, ct);
            LogRemoved(logger, ObjectKey.Of(pod).ToString());
        }
        catch (ApiException refusal) when (refusal.Status.Code is 404 or 409)
        {
            // Gone, or another by now.
        }
    }

    private Task FailAsync(Pod pod, bool isOrphan, CancellationToken ct)
    {
        var disruption = new
        {
            type = "DisruptionTarget",
            status = "True",
            reason = "DeletionByPodGC",
            message = "PodGC: node no longer exists",
            lastTransitionTime = time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'"),
        };
        object status = isOrphan ? new { phase = "Failed", conditions = new[] { disruption } } : new { phase = "Failed" };
        var patch = JsonSerializer.Serialize(new { metadata = new { uid = pod.Metadata.Uid }, status });
        return api.Resource<Pod>().PatchAsync(
            pod.Metadata.Namespace, pod.Metadata.Name, PatchType.StrategicMergePatch, patch, "status", ct);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Pod} was removed: nobody else would")]
    private static partial void LogRemoved(ILogger logger, string pod);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Pods could not be looked through, will retry: {Reason}")]
    private static partial void LogPassFailed(ILogger logger, string reason);
}
