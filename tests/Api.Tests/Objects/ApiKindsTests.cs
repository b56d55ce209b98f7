using MiniK8s.Api.Objects;
using MiniK8s.Protocol.Coordination.V1;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.Api.Tests.Objects;

public sealed class ApiKindsTests
{
    [Fact]
    public void Of_Lease_KnowsItsDeclaration()
    {
        var kind = ApiKinds.Of<Lease>();

        Assert.Equal(("coordination.k8s.io", "v1", "Lease", "coordination.k8s.io/v1", "leases"), (kind.Group, kind.Version, kind.Kind, kind.ApiVersion, kind.Plural));
        Assert.True(kind.Namespaced);
        Assert.Equal("leases.coordination.k8s.io", kind.GroupResource.ToString());
        Assert.True(ApiKinds.TryGetResource("coordination.k8s.io", "v1", "leases", out var same));
        Assert.Same(kind, same);
    }

    [Fact]
    public void All_EveryKind_MakesObjectsAndLists()
    {
        Assert.Contains(ApiKinds.All, kind => kind.Kind == "Pod");
        foreach (var kind in ApiKinds.All)
        {
            var item = kind.New();
            item.Metadata.Name = "a";

            var list = kind.NewList(new ListMeta { ResourceVersion = "3" }, [item]);

            Assert.Same(item, Assert.Single(kind.Items(list)));
            Assert.Equal("3", list.Metadata.ResourceVersion);
            Assert.Same(kind, ApiKinds.Of(item));
        }
    }

    [Fact]
    public void New_Pod_HasItsStructs()
    {
        var pod = (Pod)ApiKinds.Of<Pod>().New();

        Assert.NotNull(pod.Metadata);
        Assert.NotNull(pod.Spec);
        Assert.NotNull(pod.Status);
        Assert.Null(pod.Spec.Affinity);
    }
}
