using Microsoft.Extensions.Logging.Abstractions;

using MiniK8s.Client.Connection;
using MiniK8s.Client.Informers;
using MiniK8s.ControllerManager.Loops;
using MiniK8s.ControllerManager.RootCertificates;
using MiniK8s.ControllerManager.ServiceAccounts;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.ControllerManager.Tests.ServiceAccounts;

public sealed class DefaultObjectsTests
{
    private static readonly ObjectKey Shop = new("", "shop");
    private readonly Controllers _made = new();
    private readonly ServiceAccountController _accounts;
    private readonly RootCertificateController _certificates;

    public DefaultObjectsTests()
    {
        _accounts = new ServiceAccountController(_made.Informers, _made.Api, _made.Time, NullLoggerFactory.Instance);
        var config = new KubeConfig(new Uri("https://localhost"), "PEM");
        _certificates = new RootCertificateController(_made.Informers, _made.Api, config, _made.Time, NullLoggerFactory.Instance);
    }

    [Fact]
    public async Task Reconcile_NewNamespace_GetsBothOnce()
    {
        _made.Known(A.Namespace());

        await ReconcileBothAsync();
        Assert.Equal(["create ServiceAccount shop/default", "create ConfigMap shop/kube-root-ca.crt"], _made.TakeWrites());
        Assert.Equal("PEM", _made.Api.All<ConfigMap>().Single().Data["ca.crt"]);

        _made.CatchUp<ServiceAccount>();
        _made.CatchUp<ConfigMap>();
        await ReconcileBothAsync();
        Assert.Empty(_made.TakeWrites());
    }

    [Fact]
    public async Task Reconcile_CertificateTamperedWith_IsPutRight()
    {
        _made.Known(A.Namespace());
        await ReconcileBothAsync();
        _made.Api.All<ConfigMap>().Single().Data["ca.crt"] = "other";
        _made.CatchUp<ServiceAccount>();
        _made.CatchUp<ConfigMap>();
        _made.TakeWrites();

        await ReconcileBothAsync();

        Assert.Equal(["update ConfigMap shop/kube-root-ca.crt"], _made.TakeWrites());
        Assert.Equal("PEM", _made.Api.All<ConfigMap>().Single().Data["ca.crt"]);
    }

    [Fact]
    public async Task Reconcile_NamespaceGoing_GetsNothing()
    {
        _made.Known(A.Namespace(deleting: true));

        await ReconcileBothAsync();

        Assert.Empty(_made.TakeWrites());
    }

    [Fact]
    public async Task Reconcile_ServerKnowsTheNamespaceGoes_IsContent()
    {
        _made.Known(A.Namespace());
        var refusal = Client.Tests.Fakes.FakeApiClient.Refusal(403, "Forbidden");
        refusal.Status.Details = new() { Causes = { new MiniK8s.Protocol.Meta.V1.StatusCause { Reason = "NamespaceTerminating" } } };
        _made.Api.Refuse = _ => refusal;

        await ReconcileBothAsync();

        Assert.True(refusal.IsNamespaceTerminating());
    }

    private async Task ReconcileBothAsync()
    {
        await _accounts.ReconcileAsync(Shop, CancellationToken.None);
        await _certificates.ReconcileAsync(Shop, CancellationToken.None);
    }
}
