using MiniK8s.ApiServer.Rest.Routing;

namespace MiniK8s.ApiServer.Tests.Rest.Routing;

public sealed class ResourcePathTests
{
    [Theory]
    [InlineData("/api/v1/nodes", "|v1|nodes|||")]
    [InlineData("/api/v1/nodes/", "|v1|nodes|||")]
    [InlineData("/api/v1/nodes/a", "|v1|nodes||a|")]
    [InlineData("/api/v1/nodes/a/status", "|v1|nodes||a|status")]
    [InlineData("/api/v1/pods", "|v1|pods|||")]
    [InlineData("/api/v1/namespaces", "|v1|namespaces|||")]
    [InlineData("/api/v1/namespaces/ns", "|v1|namespaces|ns|ns|")]
    [InlineData("/api/v1/namespaces/ns/status", "|v1|namespaces|ns|ns|status")]
    [InlineData("/api/v1/namespaces/ns/finalize", "|v1|namespaces|ns|ns|finalize")]
    [InlineData("/api/v1/namespaces/ns/pods", "|v1|pods|ns||")]
    [InlineData("/api/v1/namespaces/ns/pods/p", "|v1|pods|ns|p|")]
    [InlineData("/api/v1/namespaces/ns/pods/p/log", "|v1|pods|ns|p|log")]
    [InlineData("/apis/coordination.k8s.io/v1/namespaces/ns/leases/l", "coordination.k8s.io|v1|leases|ns|l|")]
    public void Parse_ResourcePath_NamesWhatItIsOf(string path, string expected)
    {
        var parsed = ResourcePath.Parse(path)!;

        Assert.Equal(expected, $"{parsed.Group}|{parsed.Version}|{parsed.Resource}|{parsed.Namespace}|{parsed.Name}|{parsed.Subresource}");
        Assert.False(parsed.IsLegacyWatch);
    }

    [Fact]
    public void Parse_WatchInThePath_IsTheOlderWatch()
    {
        var parsed = ResourcePath.Parse("/api/v1/watch/namespaces/ns/pods/p");

        Assert.Equal(new("", "v1", "pods", "ns", "p", "", IsLegacyWatch: true), parsed);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/api")]
    [InlineData("/api/v1")]
    [InlineData("/api/v1/")]
    [InlineData("/apis/apps/v1")]
    [InlineData("/version")]
    [InlineData("/api/v1//pods")]
    [InlineData("/api/v1/watch")]
    [InlineData("/api/v1/namespaces/ns/pods/p/log/more")]
    [InlineData("/apis//v1/pods")]
    public void Parse_NoResource_IsNull(string path) => Assert.Null(ResourcePath.Parse(path));
}
