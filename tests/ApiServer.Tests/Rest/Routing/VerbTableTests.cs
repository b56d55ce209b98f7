using MiniK8s.Api.Errors;
using MiniK8s.Api.Objects;
using MiniK8s.ApiServer.Rest.Routing;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.ApiServer.Tests.Rest.Routing;

public sealed class VerbTableTests
{
    [Theory]
    [InlineData("GET", "/api/v1/pods", false, "list")]
    [InlineData("GET", "/api/v1/pods", true, "watch")]
    [InlineData("GET", "/api/v1/namespaces/n/pods", false, "list")]
    [InlineData("POST", "/api/v1/namespaces/n/pods", false, "create")]
    [InlineData("DELETE", "/api/v1/namespaces/n/pods", false, "deletecollection")]
    [InlineData("GET", "/api/v1/namespaces/n/pods/p", false, "get")]
    [InlineData("GET", "/api/v1/namespaces/n/pods/p", true, "get")]
    [InlineData("GET", "/api/v1/watch/namespaces/n/pods/p", false, "watch")]
    [InlineData("GET", "/api/v1/watch/pods", false, "watch")]
    [InlineData("PUT", "/api/v1/namespaces/n/pods/p", false, "update")]
    [InlineData("PATCH", "/api/v1/namespaces/n/pods/p", false, "patch")]
    [InlineData("DELETE", "/api/v1/namespaces/n/pods/p", false, "delete")]
    [InlineData("PATCH", "/api/v1/namespaces/n/pods/p/status", false, "patch")]
    [InlineData("GET", "/api/v1/namespaces/n/pods/p/log", false, "get")]
    [InlineData("POST", "/api/v1/namespaces/n/pods/p/binding", false, "create")]
    public void Of_MethodOnPath_IsTheVerb(string method, string path, bool isWatch, string verb) =>
        Assert.Equal(verb, VerbTable.Of(method, ResourcePath.Parse(path)!, ApiKinds.Of<Pod>(), isWatch));

    [Theory]
    [InlineData("POST", "/api/v1/pods")]
    [InlineData("DELETE", "/api/v1/pods")]
    [InlineData("POST", "/api/v1/namespaces/n/pods/p")]
    [InlineData("PUT", "/api/v1/namespaces/n/pods")]
    [InlineData("POST", "/api/v1/namespaces/n/pods/p/status")]
    [InlineData("DELETE", "/api/v1/namespaces/n/pods/p/status")]
    [InlineData("PUT", "/api/v1/namespaces/n/pods/p/log")]
    [InlineData("GET", "/api/v1/namespaces/n/pods/p/binding")]
    [InlineData("DELETE", "/api/v1/watch/namespaces/n/pods")]
    [InlineData("TRACE", "/api/v1/namespaces/n/pods/p")]
    public void Of_MethodThePathLacks_IsNotAllowed(string method, string path)
    {
        var refusal = Assert.Throws<ApiException>(() => VerbTable.Of(method, ResourcePath.Parse(path)!, ApiKinds.Of<Pod>(), isWatch: false));

        Assert.Equal(405, refusal.Code);
        Assert.Equal("the server does not allow this method on the requested resource", refusal.Message);
    }

    [Fact]
    public void Of_DeleteAllNamespaces_IsNotAllowed() =>
        Assert.Throws<ApiException>(() => VerbTable.Of("DELETE", ResourcePath.Parse("/api/v1/namespaces")!, ApiKinds.Of<Namespace>(), isWatch: false));
}
