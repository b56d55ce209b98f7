using MiniK8s.Api.Errors;
using MiniK8s.Client.Connection;
using MiniK8s.Client.Controllers;
using MiniK8s.Client.Informers;
using MiniK8s.Client.Resources;
using MiniK8s.ControllerManager.Loops;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.ControllerManager.RootCertificates;

/// <summary>Keeps the ConfigMap <c>kube-root-ca.crt</c> in every namespace in use: by it pods know the apiserver.</summary>
internal sealed class RootCertificateController : KeyController
{
    private const string MapName = "kube-root-ca.crt";
    private const string DataKey = "ca.crt";
    private const string Description = "kubernetes.io/description";
    private readonly IApiClient _api;
    private readonly IndexedCache<Namespace> _namespaces;
    private readonly IndexedCache<ConfigMap> _maps;
    private readonly string _certificates;

    public RootCertificateController(
        InformerSet informers, IApiClient api, KubeConfig config, TimeProvider time, ILoggerFactory loggers)
        : base("root-ca-certificate-publisher", workers: 1, time, loggers)
    {
        _api = api;
        _certificates = config.CertificateAuthorityPem ?? "";
        _namespaces = informers.Of<Namespace>().Cache;
        _maps = informers.Of<ConfigMap>().Cache;
        informers.Of<Namespace>().AddHandler(InformerHandler.ForAny<Namespace>(ns => Queue.Add(new ObjectKey("", ns.Metadata.Name))));
        informers.Of<ConfigMap>().AddHandler(InformerHandler.ForAny<ConfigMap>(map =>
        {
            if (map.Metadata.Name == MapName) Queue.Add(new ObjectKey("", map.Metadata.Namespace));
        }));
    }

    public override async Task<Requeue> ReconcileAsync(ObjectKey key, CancellationToken ct)
    {
        if (!_namespaces.Find(key).IsInUse()) return Requeue.None;
        var current = _maps.Find(key.Name, MapName);
        if (current is not null && IsRight(current)) return Requeue.None;
        try
        {
            if (current is null) await _api.Resource<ConfigMap>().CreateAsync(Wanted(key.Name), ct);
            else await _api.Resource<ConfigMap>().UpdateAsync(Mended(current), ct);
        }
        catch (ApiException refusal) when (refusal.Is(StatusReasons.AlreadyExists) || refusal.IsNamespaceTerminating())
        {
            // The watch has yet to tell what the server knows.
        }
        return Requeue.None;
    }

    private bool IsRight(ConfigMap map) => map.Data.Count == 1 && map.Data.TryGetValue(DataKey, out var value) && value == _certificates;

    private ConfigMap Wanted(string ns) => new()
    {
        Metadata = new ObjectMeta
        {
            Namespace = ns,
            Name = MapName,
            Annotations =
            {
                [Description] = "The certificates that vouch for the apiserver of this cluster. The controller-manager keeps it; other uses are not meant.",
            },
        },
        Data = { [DataKey] = _certificates },
    };

    private ConfigMap Mended(ConfigMap current)
    {
        var mended = current.Clone();
        mended.Data.Clear();
        mended.Data[DataKey] = _certificates;
        return mended;
    }
}
