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
/// A pass first learns how all nodes are, then taints them: NoExecute no faster than <see cref="Zones"/> allows, the nodes that are not ready for
/// longest first. Where Kubernetes puts NoExecute on in the pass after the one that found a node silent, here it is the same pass.
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
    private readonly Zones _zones;     // the loop's own
    private TimeSpan? _untilNextTaint;     // null: no node waits for one

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
        _zones = new Zones(options);
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
        var seen = new List<Node>();
        foreach (var node in nodes) await GuardAsync(node, async () => seen.Add(await LookAtAsync(node, stopping)), stopping);

        var disruption = _zones.Observe(seen, _time.GetUtcNow());
        if (disruption == Disruption.JustOver) HearAllNow();
        _untilNextTaint = null;
        foreach (var node in seen.OrderBy(node => node.Ready()?.LastTransitionTime?.ToDateTimeOffset()).ThenBy(node => node.Metadata.Name, StringComparer.Ordinal))
            await GuardAsync(node, () => ActOnAsync(node, isFullDisruption: disruption == Disruption.Full, stopping), stopping);
    }

    private async Task GuardAsync(Node node, Func<Task> step, CancellationToken stopping)
    {
        try
        {
            await step();
        }
        catch (Exception ex) when (!stopping.IsCancellationRequested)
        {
            LogNodeFailed(_logger, node.Metadata.Name, ex.Message);
        }
    }

    // Returns the node as it is then.
    private async Task<Node> LookAtAsync(Node node, CancellationToken ct)
    {
        var now = _time.GetUtcNow();
        var ready = node.Ready();
        var renewal = _leases.Find("kube-node-lease", node.Metadata.Name)?.Spec?.RenewTime;
        var health = _health[node.Metadata.Uid] = NodeHealth.After(
            _health.GetValueOrDefault(node.Metadata.Uid), ready?.LastHeartbeatTime, renewal, now);
        var patience = ready is null ? _options.NodeStartupGracePeriod : _options.NodeMonitorGracePeriod;
        return now - health.HeardAt > patience ? await TellSilentAsync(node, Timestamp.FromDateTimeOffset(now), ct) : node;
    }

    private async Task ActOnAsync(Node node, bool isFullDisruption, CancellationToken ct)
    {
        var now = _time.GetUtcNow();
        if (node.Ready() is { Status: not "True" }) await MarkPodsAsync(node, Timestamp.FromDateTimeOffset(now), ct);
        await TaintAsync(node, isFullDisruption ? NoExecuteRule.None : RuleFor(node, now), Timestamp.FromDateTimeOffset(now), ct);
    }

    private NoExecuteRule RuleFor(Node node, DateTimeOffset now)
    {
        if (!NodeVerdict.LacksNoExecute(node)) return NoExecuteRule.Swap;
        if (_zones.TryTake(node, now)) return NoExecuteRule.Add;
        if (_zones.WaitFor(node, now) is { } wait && !(wait >= _untilNextTaint)) _untilNextTaint = wait;
        return NoExecuteRule.Swap;
    }

    // While no node could be heard, none could be silent.
    private void HearAllNow()
    {
        foreach (var (uid, health) in _health.ToList()) _health[uid] = health with { HeardAt = _time.GetUtcNow() };
    }

    private void Wake() => _wakeups.Writer.TryWrite(true);

    // Until a node has changed in what taints are made of, the next node may be given up, or the period is over.
    private async Task WaitAsync(CancellationToken stopping)
    {
        var wait = _untilNextTaint < _options.NodeMonitorPeriod ? _untilNextTaint.Value : _options.NodeMonitorPeriod;
        using var period = new CancellationTokenSource(wait, _time);
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

    private async Task<Node> TellSilentAsync(Node node, Timestamp now, CancellationToken ct)
    {
        var status = NodeVerdict.Silent(node, now);
        if (status.Equals(node.Status)) return node;

        var changed = node.Clone();
        changed.Status = status;
        var written = await _api.Resource<Node>().UpdateStatusAsync(changed, ct);
        LogSilent(_logger, node.Metadata.Name);
        if (node.IsReady())
            _events.Record(node, EventTypes.Normal, "NodeNotReady", $"Node {node.Metadata.Name} status is now: NodeNotReady");
        return written;
    }

    private async Task TaintAsync(Node node, NoExecuteRule rule, Timestamp now, CancellationToken ct)
    {
        // It has said nothing yet: the taint it was made with stands.
        if (node.Ready() is null) return;
        var taints = NodeVerdict.Taints(node, now, rule);
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
