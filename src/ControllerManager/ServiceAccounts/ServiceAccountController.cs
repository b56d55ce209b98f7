using MiniK8s.Api.Errors;
using MiniK8s.Client.Controllers;
using MiniK8s.Client.Informers;
using MiniK8s.Client.Resources;
using MiniK8s.ControllerManager.Loops;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.ControllerManager.ServiceAccounts;

/// <summary>Sees that every namespace in use has the ServiceAccount <c>default</c>, which pods get that name none.</summary>
internal sealed class ServiceAccountController : KeyController
{
    private const string Default = "default";
    private readonly IApiClient _api;
    private readonly IndexedCache<Namespace> _namespaces;
    private readonly IndexedCache<ServiceAccount> _accounts;

    public ServiceAccountController(InformerSet informers, IApiClient api, TimeProvider time, ILoggerFactory loggers)
        : base("serviceaccount", workers: 1, time, loggers)
    {
        _api = api;
        _namespaces = informers.Of<Namespace>().Cache;
        _accounts = informers.Of<ServiceAccount>().Cache;
        informers.Of<Namespace>().AddHandler(InformerHandler.ForAny<Namespace>(ns => Queue.Add(new ObjectKey("", ns.Metadata.Name))));
        informers.Of<ServiceAccount>().AddHandler(InformerHandler.ForAny<ServiceAccount>(account =>
        {
            if (account.Metadata.Name == Default) Queue.Add(new ObjectKey("", account.Metadata.Namespace));
        }));
    }

    public override async Task<Requeue> ReconcileAsync(ObjectKey key, CancellationToken ct)
    {
        if (!_namespaces.Find(key).IsInUse() || _accounts.Find(key.Name, Default) is not null) return Requeue.None;
        try
        {
            await _api.Resource<ServiceAccount>().CreateAsync(
                new ServiceAccount { Metadata = new ObjectMeta { Namespace = key.Name, Name = Default } }, ct);
        }
        catch (ApiException refusal) when (refusal.Is(StatusReasons.AlreadyExists) || refusal.IsNamespaceTerminating())
        {
            // The watch has yet to tell what the server knows.
        }
        return Requeue.None;
    }
}
