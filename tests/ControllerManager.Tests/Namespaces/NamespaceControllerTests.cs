using Microsoft.Extensions.Logging.Abstractions;

using MiniK8s.Api.Objects;
using MiniK8s.Client.Controllers;
using MiniK8s.Client.Informers;
using MiniK8s.Client.Tests.Fakes;
using MiniK8s.ControllerManager.Namespaces;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.ControllerManager.Tests.Namespaces;

public sealed class NamespaceControllerTests
{
    private static readonly ObjectKey Shop = new("", "shop");
    private readonly Controllers _made = new();
    private readonly NamespaceController _controller;

    public NamespaceControllerTests() => _controller = new NamespaceController(
        _made.Informers, _made.Api, NamespaceContent.All(_made.Api), _made.Time, NullLoggerFactory.Instance);

    [Fact]
    public async Task Reconcile_InUse_TouchesNothing()
    {
        _made.Known(A.Namespace());
        _made.Known(A.Pod("a", ""));

        Assert.Equal(Requeue.None, await ReconcileAsync());
        Assert.Empty(_made.TakeWrites());
    }

    [Fact]
    public async Task Reconcile_PodsStillEnding_LeavesTheRestSaysWhatIsLeftAndComesBack()
    {
        _made.Known(A.Namespace(deleting: true));
        _made.Known(A.Pod("a", ""));
        _made.Known(A.Pod("b", ""));
        _made.Known(new ConfigMap { Metadata = new ObjectMeta { Namespace = "shop", Name = "settings" } });
        _made.Known(new ConfigMap { Metadata = new ObjectMeta { Namespace = "elsewhere", Name = "settings" } });

        // Half of the pods' 30 s of grace, and one more.
        Assert.Equal(Requeue.In(TimeSpan.FromSeconds(16)), await ReconcileAsync());

        Assert.Equal(["delete all Pod shop/", "update status Namespace /shop"], _made.TakeWrites());
        Assert.Equal(2, _made.Api.All<ConfigMap>().Count);
        Assert.Equal(
            [
                "NamespaceDeletionDiscoveryFailure=False ResourcesDiscovered: All resources successfully discovered",
                "NamespaceDeletionGroupVersionParsingFailure=False ParsedGroupVersions: All legacy kube types successfully parsed",
                "NamespaceDeletionContentFailure=False ContentDeleted: All content successfully deleted, may be waiting on finalization",
                "NamespaceContentRemaining=True SomeResourcesRemain: Some resources are remaining: pods. has 2 resource instances",
                "NamespaceFinalizersRemaining=False ContentHasNoFinalizers: All content-preserving finalizers finished",
            ],
            Conditions());
    }

    [Fact]
    public async Task Reconcile_NoPods_RemovesTheRest()
    {
        _made.Known(A.Namespace(deleting: true));
        _made.Known(new ConfigMap { Metadata = new ObjectMeta { Namespace = "shop", Name = "settings" } });
        _made.Known(new ConfigMap { Metadata = new ObjectMeta { Namespace = "elsewhere", Name = "settings" } });

        Assert.Equal(Requeue.None, await ReconcileAsync());

        Assert.Equal(["delete all ConfigMap shop/", "patch Namespace /shop finalize"], _made.TakeWrites());
        Assert.Equal("elsewhere", Assert.Single(_made.Api.All<ConfigMap>()).Metadata.Namespace);
    }

    [Fact]
    public async Task Reconcile_HeldByAFinalizer_NamesIt()
    {
        _made.Known(A.Namespace(deleting: true));
        _made.Known(new ConfigMap { Metadata = new ObjectMeta { Namespace = "shop", Name = "held", Finalizers = { "example.com/hold" } } });

        Assert.Equal(Requeue.In(TimeSpan.FromSeconds(8.5)), await ReconcileAsync());

        Assert.Contains(
            "NamespaceFinalizersRemaining=True SomeFinalizersRemain: "
            + "Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances",
            Conditions());
    }

    [Fact]
    public async Task Reconcile_Empty_TakesTheFinalizerOff()
    {
        _made.Known(A.Namespace(deleting: true));

        Assert.Equal(Requeue.None, await ReconcileAsync());

        Assert.Equal(["patch Namespace /shop finalize"], _made.TakeWrites());
        Assert.Equal(
            ("shop", "finalize", """{"metadata":{"uid":"uid-shop"},"spec":{"finalizers":[]}}"""), Assert.Single(_made.Api.Patches));
    }

    [Fact]
    public async Task Reconcile_OneKindRefuses_SaysSoAndFails()
    {
        _made.Known(A.Namespace(deleting: true));
        _made.Known(A.Pod("a", ""));
        _made.Api.Refuse = write => write == "delete all Pod shop/" ? FakeApiClient.Refusal(500, "InternalError", "broken") : null;

        await Assert.ThrowsAsync<InvalidOperationException>(ReconcileAsync);

        Assert.Contains("NamespaceDeletionContentFailure=True ContentDeletionFailed: Failed to delete all resource types, 1 remaining: broken", Conditions());
        Assert.DoesNotContain("patch Namespace /shop finalize", _made.TakeWrites());
    }

    [Fact]
    public void All_Kinds_AreThoseOfNamespaces() => Assert.Equal(
        ApiKinds.All.Where(kind => kind.Namespaced), NamespaceContent.All(_made.Api).Select(content => content.Kind));

    private Task<Requeue> ReconcileAsync() => _controller.ReconcileAsync(Shop, CancellationToken.None);

    private IEnumerable<string> Conditions() => _made.Api.All<Namespace>().Single().Status.Conditions
        .Select(condition => $"{condition.Type}={condition.Status} {condition.Reason}: {condition.Message}");
}
