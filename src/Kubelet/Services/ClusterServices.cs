using MiniK8s.Client.Informers;
using MiniK8s.Kubelet.ContainerConfigs;
using MiniK8s.Kubelet.Simulation.Network;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Discovery.V1;

using Endpoint = MiniK8s.Protocol.Discovery.V1.Endpoint;

namespace MiniK8s.Kubelet.Services;

/// <summary>What a pod finds under the names and addresses of Services: the cluster's DNS and the way to an endpoint.</summary>
/// <remarks>
/// asked for                                | answer
/// -----------------------------------------+-----------------------------------------------------------------
/// SERVICE.NS.svc.cluster.local             | the cluster IP; of a headless Service the addresses of its ready pods
/// HOST.SERVICE.NS.svc.cluster.local        | the address of the pod of that host name
/// a cluster IP and a port of the Service   | one ready endpoint after the other; without any the connection is refused
/// </remarks>
internal sealed class ClusterServices : IServices, IClusterNames
{
    private const string Domain = ".svc.cluster.local";
    private const string ServiceLabel = "kubernetes.io/service-name";
    private const string ByService = "service";
    private const string ByAddress = "address";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    // Where nobody ever listens.
    private static readonly (string, int) Refused = ("127.0.0.1", 0);

    private readonly SharedInformer<Service> _services;
    private readonly SharedInformer<EndpointSlice> _slices;
    private readonly TimeProvider _time;
    private int _turn;

    public ClusterServices(InformerFactory informers, TimeProvider time)
    {
        (_services, _slices, _time) = (informers.Create<Service>(), informers.Create<EndpointSlice>(), time);
        _services.Cache.AddIndex(ByAddress, service => service.Spec?.ClusterIp is { Length: > 0 } ip ? [ip] : []);
        _slices.Cache.AddIndex(ByService, slice => slice.Metadata.Labels.TryGetValue(ServiceLabel, out var name) ? [Key(slice.Metadata.Namespace, name)] : []);
    }

    public bool HasSynced => _services.HasSynced;

    public Task RunAsync(CancellationToken stopping) => Task.WhenAll(_services.RunAsync(stopping), _slices.RunAsync(stopping));

    /// <summary>The first list is waited for, but not long: a pod must not hang on it silently.</summary>
    public async Task<IReadOnlyList<Service>?> ListAsync(CancellationToken ct)
    {
        try
        {
            await _services.Synced.WaitAsync(Patience, _time, ct);
            return _services.Cache.List();
        }
        catch (TimeoutException)
        {
            return null;
        }
    }

    public IReadOnlyList<string> Resolve(string name)
    {
        var full = name.TrimEnd('.');
        if (!full.EndsWith(Domain, StringComparison.OrdinalIgnoreCase)) return [];
        return full[..^Domain.Length].Split('.') switch
        {
            [var service, var ns] => AddressesOf(ns, service),
            [var host, var service, var ns] => [.. Endpoints(ns, service).Where(e => e.Hostname == host).SelectMany(e => e.Addresses)],
            _ => [],
        };
    }

    public (string Ip, int Port)? Translate(string ip, int port)
    {
        if (_services.Cache.ListByIndex(ByAddress, ip).FirstOrDefault() is not { } service) return null;
        if (service.Spec.Ports.FirstOrDefault(p => p.Port == port) is not { } wanted) return Refused;
        var targets = (
            from slice in Slices(service.Metadata.Namespace, service.Metadata.Name)
            from target in slice.Ports.Where(p => p.Name == wanted.Name)
            from endpoint in Ready(slice)
            from address in endpoint.Addresses
            select (Address: address, target.Port)).ToList();
        if (targets.Count == 0) return Refused;
        var chosen = targets[(int)((uint)Interlocked.Increment(ref _turn) % (uint)targets.Count)];
        return (chosen.Address, chosen.Port);
    }

    private IReadOnlyList<string> AddressesOf(string ns, string name)
    {
        if (_services.Cache.Find(ns, name) is not { } service) return [];
        return service.Spec.ClusterIp is { Length: > 0 } and not "None" ? [service.Spec.ClusterIp] : [.. Endpoints(ns, name).SelectMany(e => e.Addresses)];
    }

    private IEnumerable<Endpoint> Endpoints(string ns, string service) => Slices(ns, service).SelectMany(Ready);

    private IReadOnlyList<EndpointSlice> Slices(string ns, string service) => _slices.Cache.ListByIndex(ByService, Key(ns, service));

    // Unknown means ready, as the API says.
    private static IEnumerable<Endpoint> Ready(EndpointSlice slice) => slice.Endpoints.Where(e => e.Conditions is not { HasReady: true, Ready: false });

    private static string Key(string ns, string service) => $"{ns}/{service}";
}
