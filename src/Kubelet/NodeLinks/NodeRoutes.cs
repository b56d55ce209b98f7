using MiniK8s.Api.Errors;
using MiniK8s.Client.Resources;
using MiniK8s.Kubelet.Node;
using MiniK8s.Kubelet.Simulation.Network;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.NodeLinks;

/// <summary>At which kubelet's port a pod's address is to be found: its range follows from its node's name, and the Node says where its kubelet answers.</summary>
/// <remarks>
/// The Nodes are read when an address is first asked for, and again when one is not among the known: a process whose pods call nobody elsewhere
/// reads none. Two nodes' names may mean the same range (<see cref="PodRange"/>); then both are answered.
/// </remarks>
internal sealed class NodeRoutes(IApiClient api, KubeletOptions options, TimeProvider time) : IDisposable
{
    // A pod that calls an address again and again which no node has does not make the apiserver list Nodes as often.
    private static readonly TimeSpan ReadPeriod = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _reading = new(1);
    private ILookup<int, string>? _kubelets;
    private DateTimeOffset _readAt;     // written while reading

    /// <summary>Kubelets that may have it, HOST:PORT; none if the address is no pod's, or if the apiserver does not say.</summary>
    public async Task<IReadOnlyList<string>> FindAsync(string ip, CancellationToken ct)
    {
        if (AddressPool.RangeOf(ip) is not { } range) return [];
        if (Known(range) is { Count: > 0 } known) return known;
        await ReadAsync(ct);
        return Known(range);
    }

    /// <summary>A kubelet did not answer where it was known to be: the Nodes are to be read again.</summary>
    public void Forget() => Volatile.Write(ref _kubelets, null);

    public void Dispose() => _reading.Dispose();

    private IReadOnlyList<string> Known(int range) => [.. Volatile.Read(ref _kubelets)?[range] ?? []];

    private async Task ReadAsync(CancellationToken ct)
    {
        await _reading.WaitAsync(ct);
        try
        {
            var now = time.GetUtcNow();
            if (now - _readAt < ReadPeriod) return;
            _readAt = now;
            var nodes = await api.Resource<Protocol.Core.V1.Node>().ListAsync("", null, ct);
            Volatile.Write(ref _kubelets, nodes.Items.Where(IsElsewhere).ToLookup(node => PodRange.NumberOf(node.Metadata.Name), AddressOf));
        }
        catch (ApiException)
        {
            // No answer is no route: whoever calls tries again.
        }
        finally
        {
            _reading.Release();
        }
    }

    private bool IsElsewhere(Protocol.Core.V1.Node node) =>
        !options.Nodes.Contains(node.Metadata.Name) && node.Status?.DaemonEndpoints?.KubeletEndpoint is { Port: > 0 } && node.Status.Addresses.Any(IsInternal);

    private static string AddressOf(Protocol.Core.V1.Node node) =>
        $"{node.Status.Addresses.First(IsInternal).Address}:{node.Status.DaemonEndpoints.KubeletEndpoint.Port}";

    private static bool IsInternal(NodeAddress address) => address.Type == "InternalIP";
}
