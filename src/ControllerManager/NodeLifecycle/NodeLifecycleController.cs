using System.Text.Json;
using System.Threading.Channels;

using Google.Protobuf.WellKnownTypes;

using MiniK8s.Api.Errors;
using MiniK8s.Client.Events;
using MiniK8s.Client.Informers;
using MiniK8s.Client.Resources;
using MiniK8s.ControllerManager.Loops;
using MiniK8s.Protocol.Coordination.V1;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.V1;

namespace MiniK8s.ControllerManager.NodeLifecycle;

/// <summary>Looks at every node each few seconds, and when one changes: tells the silent ones, taints by condition, and marks the pods of lost nodes not ready.</summary>
/// <remarks>
/// Known gaps: NoExecute taints are not spread out over time by zone, and are put on also when every node is silent.
/// </remarks>
internal sealed partial class NodeLifecycleController : IController
{
    private readonly IndexedCache<Node> _nodes;
    private readonly IndexedCache<Lease> _leases;
    private readonly IndexedCache<Pod> _pods;
    private readonly IApiClient _api;
    private readonly IEventRecorder _events;
    private readonly NodeLifecycleOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<NodeLifecycleController> _logger;
    private readonly Dictionary<string, NodeHealth> _health = [];     // by uid; the loop's own

    // One waiting wake-up is enough: the pass looks at every node.
    private readonly Channel<bool> _wakeups = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public NodeLifecycleController(
        InformerSet informers, IApiClient api, IEventRecorder events, NodeLifecycleOptions options, TimeProvider time,
        ILogger<NodeLifecycleController> logger)
    {
        (_api, _events, _options, _time, _logger) = (api, events, options, time, logger);
        _nodes = informers.Of<Node>().Cache;
        _leases = informers.Of<Lease>().Cache;
        _pods = informers.Of<Pod>().Cache;
        informers.Of<Node>().AddHandler(InformerHandler.For<Node>(
            _ => Wake(),
            (old, current) => { if (NodeVerdict.Differs(old, current)) Wake(); },
            _ => { }));
    }

    public async Task RunAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            await PassAsync(stopping);
            await WaitAsync(stopping);
        }
    }

    /// <summary>One look at every node. A node that cannot be written is looked at again in the next pass.</summary>
    internal async Task PassAsync(CancellationToken stopping)
    {
        var nodes = _nodes.List();
        foreach (var gone in _health.Keys.Except(nodes.Select(node => node.Metadata.Uid)).ToList()) _health.Remove(gone);
        foreach (var node in nodes)
        {
            try
            {
                await LookAtAsync(node, stopping);
            }
            catch (Exception ex) when (!stopping.IsCancellationRequested)
            {
                LogNodeFailed(_logger, node.Metadata.Name, ex.Message);
            }
        }
    }

    private async Task LookAtAsync(Node node, CancellationToken ct)
    {
        var now = _time.GetUtcNow();
        var ready = Ready(node);
        var renewal = _leases.Find("kube-node-lease", node.Metadata.Name)?.Spec?.RenewTime;
        var health = _health[node.Metadata.Uid] = NodeHealth.After(
            _health.GetValueOrDefault(node.Metadata.Uid), ready?.LastHeartbeatTime, renewal, now);
        var patience = ready is null ? _options.NodeStartupGracePeriod : _options.NodeMonitorGracePeriod;
        if (now - health.HeardAt > patience) node = await TellSilentAsync(node, Timestamp.FromDateTimeOffset(now), ct);

        if (Ready(node) is { Status: not "True" }) await MarkPodsAsync(node, Timestamp.FromDateTimeOffset(now), ct);
        await TaintAsync(node, Timestamp.FromDateTimeOffset(now), ct);
    }

    private void Wake() => _wakeups.Writer.TryWrite(true);

    // Until a node has changed in what taints are made of, or the period is over.
    private async Task WaitAsync(CancellationToken stopping)
    {
        using var period = new CancellationTokenSource(_options.NodeMonitorPeriod, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, period.Token);
        try
        {
            await _wakeups.Reader.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            // Time for the next pass, or the end.
        }
    }

    private static NodeCondition? Ready(Node node) => node.Status?.Conditions.FirstOrDefault(condition => condition.Type == "Ready");

    private async Task<Node> TellSilentAsync(Node node, Timestamp now, CancellationToken ct)
    {
        var status = NodeVerdict.Silent(node, now);
        if (status.Equals(node.Status)) return node;

        var changed = node.Clone();
        changed.Status = status;
        var written = await _api.Resource<Node>().UpdateStatusAsync(changed, ct);
        LogSilent(_logger, node.Metadata.Name);
        if (Ready(node)?.Status == "True")
            _events.Record(node, EventTypes.Normal, "NodeNotReady", $"Node {node.Metadata.Name} status is now: NodeNotReady");
        return written;
    }

    private async Task TaintAsync(Node node, Timestamp now, CancellationToken ct)
    {
        // It has said nothing yet: the taint it was made with stands.
        if (Ready(node) is null) return;
        var taints = NodeVerdict.Taints(node, now);
        if (taints.SequenceEqual(node.Spec?.Taints ?? [])) return;
        var changed = node.Clone();
        changed.Spec ??= new NodeSpec();
        changed.Spec.Taints.Clear();
        changed.Spec.Taints.Add(taints);
        await _api.Resource<Node>().UpdateAsync(changed, ct);
    }

    // The phase stays: whether they run is for the kubelet to say when it is back.
    private async Task MarkPodsAsync(Node node, Timestamp now, CancellationToken ct)
    {
        foreach (var pod in _pods.List().Where(pod => pod.Spec.NodeName == node.Metadata.Name && IsReady(pod)))
        {
            var patch = JsonSerializer.Serialize(new
            {
                metadata = new { uid = pod.Metadata.Uid },
                status = new
                {
                    conditions = new[] { new { type = "Ready", status = "False", lastTransitionTime = now.ToDateTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'") } },
                },
            });
            try
            {
                await _api.Resource<Pod>().PatchAsync(
                    pod.Metadata.Namespace, pod.Metadata.Name, PatchType.StrategicMergePatch, patch, "status", ct);
                _events.Record(pod, EventTypes.Warning, "NodeNotReady", "Node is not ready");
            }
            catch (ApiException refusal) when (refusal.Status.Code is 404 or 409)
            {
                // Gone, or another by now.
            }
        }
    }

    private static bool IsReady(Pod pod) => pod.Status?.Conditions.Any(condition => condition is { Type: "Ready", Status: "True" }) == true;

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Node} is silent")]
    private static partial void LogSilent(ILogger logger, string node);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Node} could not be looked after, will retry: {Reason}")]
    private static partial void LogNodeFailed(ILogger logger, string node, string reason);
}
