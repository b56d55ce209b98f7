using MiniK8s.Api.Errors;
using MiniK8s.Client.Informers;
using MiniK8s.Client.Reflection;
using MiniK8s.Client.Resources;
using MiniK8s.Kubelet.Admission;
using MiniK8s.Kubelet.Eviction;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.Node;

/// <summary>Registers the Node and keeps its status fresh: looked at every 10 s, written when something but the heartbeat changed, or after 5 min.</summary>
/// <remarks>
/// What stands at the apiserver is known by a watch on this one Node: a look that leads to no write asks nobody, or the looks of a thousand
/// nodes would be most of what they cost. A write that meets a newer Node reads it and goes on from there [pkg/kubelet/kubelet_node_status.go].
/// </remarks>
internal sealed partial class NodeHeartbeat(
    NodeIdentity identity, IApiClient api, InformerFactory informers, Runtime.IContainerRuntime runtime, NodePressure pressure, INodeEvents events, TimeProvider time,
    Random random, ILogger<NodeHeartbeat> logger) : IOwnNode
{
    private const int Tries = 5;
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(10);        // plus up to 4 %
    private static readonly TimeSpan ReportPeriod = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LastRetry = TimeSpan.FromSeconds(7);

    private readonly IResourceClient<Protocol.Core.V1.Node> _nodes = api.Resource<Protocol.Core.V1.Node>();
    private readonly SharedInformer<Protocol.Core.V1.Node> _watch = informers.Create<Protocol.Core.V1.Node>(
        new ObjectFilter { FieldSelector = $"metadata.name={identity.Name}" }, node => node.Metadata.ManagedFields.Clear());
    private long _reported;
    private string? _notReady;
    private Protocol.Core.V1.Node? _registered;

    /// <summary>As last heard of; before its registration, as it is going to be registered.</summary>
    public Protocol.Core.V1.Node Latest => _watch.Cache.Find("", identity.Name) ?? Volatile.Read(ref _registered)
        ?? throw new InvalidOperationException("The node is not known yet: PrepareAsync comes first.");

    /// <summary>Looks at the machine; nobody is asked.</summary>
    public async Task PrepareAsync(CancellationToken stopping) => Keep(NodeObjects.Create(identity, await ReportAsync(stopping), time.GetUtcNow()));

    /// <summary>Creates the Node, or takes up the one that is there; tried until it succeeds.</summary>
    public async Task<Protocol.Core.V1.Node> RegisterAsync(CancellationToken stopping)
    {
        for (var retry = FirstRetry; ; retry = retry * 2 < LastRetry ? retry * 2 : LastRetry)
        {
            try
            {
                var node = await CreateOrAdoptAsync(stopping);
                _reported = time.GetTimestamp();
                LogRegistered(identity.Name);
                return node;
            }
            catch (ApiException exception)
            {
                LogNotRegistered(identity.Name, retry, exception.Message);
                await Task.Delay(retry, time, stopping);
            }
        }
    }

    /// <summary>Runs until stopped; a failed write is tried again with the next look.</summary>
    public Task RunAsync(CancellationToken stopping) => Task.WhenAll(_watch.RunAsync(stopping), LookAsync(stopping));

    private async Task LookAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            await Task.Delay(Period * (1 + random.NextDouble() * 0.04), time, stopping);
            try
            {
                await BeatAsync(stopping);
            }
            catch (ApiException exception)
            {
                LogNotReported(identity.Name, exception.Message);
            }
        }
    }

    /// <summary>From now on the Node is not Ready, and why; told at once, or else with the next look.</summary>
    public async Task NotReadyAsync(string why, CancellationToken stopping)
    {
        _notReady = why;
        events.NotReady(identity.Name);
        try
        {
            await BeatAsync(stopping);
        }
        catch (ApiException exception)
        {
            LogNotReported(identity.Name, exception.Message);
        }
    }

    /// <inheritdoc />
    public Task<Protocol.Core.V1.Node> ReadAsync(CancellationToken ct) => _nodes.GetAsync("", identity.Name, ct);

    private Protocol.Core.V1.Node Keep(Protocol.Core.V1.Node node)
    {
        Volatile.Write(ref _registered, node);
        return node;
    }

    private async Task<Protocol.Core.V1.Node> CreateOrAdoptAsync(CancellationToken stopping)
    {
        var wanted = NodeObjects.Create(identity, await ReportAsync(stopping), time.GetUtcNow());
        Protocol.Core.V1.Node node;
        try
        {
            node = await _nodes.CreateAsync(wanted, stopping);
        }
        catch (ApiException exception) when (exception.Status.Reason == "AlreadyExists")
        {
            node = await _nodes.GetAsync("", identity.Name, stopping);
            if (NodeObjects.SetLabels(node, identity)) node = await _nodes.UpdateAsync(node, stopping);
        }
        // A new Node was created with its status; to write it again would only race with the first controllers that see it.
        var before = node.Status ?? new NodeStatus();
        node.Status = NodeObjects.StatusOf(identity, await ReportAsync(stopping), before, time.GetUtcNow());
        if (!WithoutHeartbeats(node.Status).Equals(WithoutHeartbeats(before))) node = await _nodes.UpdateStatusAsync(node, stopping);
        events.Starting(identity.Name);
        return Keep(node);
    }

    private async Task BeatAsync(CancellationToken stopping)
    {
        var known = _watch.Cache.Find("", identity.Name);
        for (var attempt = 1; ; attempt++)
        {
            var node = known ?? await ReadAsync(stopping);
            var status = NodeObjects.StatusOf(identity, await ReportAsync(stopping), node.Status, time.GetUtcNow());
            if (WithoutHeartbeats(status).Equals(WithoutHeartbeats(node.Status)) && time.GetElapsedTime(_reported) < ReportPeriod) return;

            var before = node.Status;
            node = node.Clone();
            node.Status = status;
            try
            {
                await _nodes.UpdateStatusAsync(node, stopping);
                _reported = time.GetTimestamp();
                foreach (var reason in NodeObjects.PressureEvents(before, status)) events.Record(identity.Name, "Normal", reason, $"Node {identity.Name} status is now: {reason}");
                return;
            }
            catch (ApiException exception) when (exception.Status.Reason == "Conflict" && attempt < Tries)
            {
                known = null;       // what the watch brought was not the newest
            }
        }
    }

    private async Task<NodeReport> ReportAsync(CancellationToken ct) => new(runtime.Version, await runtime.ListImagesAsync(ct), _notReady) { Pressures = pressure.Conditions };

    private static NodeStatus WithoutHeartbeats(NodeStatus status)
    {
        var copy = status.Clone();
        foreach (var condition in copy.Conditions) condition.LastHeartbeatTime = null;
        return copy;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Node {Node} is registered")]
    private partial void LogRegistered(string node);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Node {Node} could not be registered, next try in {Retry}: {Error}")]
    private partial void LogNotRegistered(string node, TimeSpan retry, string error);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Node {Node}: its status could not be written, will retry: {Error}")]
    private partial void LogNotReported(string node, string error);
}
