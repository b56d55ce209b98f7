using MiniK8s.ApiServer.Authorization;
using MiniK8s.ApiServer.Registry;
using MiniK8s.ApiServer.Tests.Fakes;
using MiniK8s.Protocol.Core.V1;

using static MiniK8s.ApiServer.Tests.Fakes.RegistryRig;

namespace MiniK8s.ApiServer.Tests.Authorization;

[Collection(SharedStores.Collection)]
public sealed class AuthorizerTests
{
    private static readonly UserInfo Node = new("system:node:n1", ["system:nodes", "system:authenticated"]);
    private static readonly UserInfo Bob = new("bob", ["system:authenticated"]);

    [EveryStoreTheory]
    [InlineData("get", "", "nodes", "", "", "n2", true)]
    [InlineData("update", "", "nodes", "status", "", "n1", true)]
    [InlineData("delete", "", "nodes", "", "", "n1", false)]
    [InlineData("list", "", "pods", "", "", "", true)]
    [InlineData("update", "", "pods", "status", "default", "p", true)]
    [InlineData("update", "", "pods", "", "default", "p", false)]
    [InlineData("create", "", "pods", "binding", "default", "p", false)]
    [InlineData("update", "coordination.k8s.io", "leases", "", "kube-node-lease", "n1", true)]
    [InlineData("update", "coordination.k8s.io", "leases", "", "kube-node-lease", "n2", false)]
    [InlineData("update", "coordination.k8s.io", "leases", "", "default", "n1", false)]
    [InlineData("create", "", "events", "", "default", "", true)]
    [InlineData("delete", "", "events", "", "default", "e", false)]
    [InlineData("get", "", "secrets", "", "default", "mine", true)]
    [InlineData("get", "", "secrets", "", "default", "other", false)]
    [InlineData("list", "", "secrets", "", "default", "", false)]
    [InlineData("update", "", "secrets", "", "default", "mine", false)]
    [InlineData("create", "", "namespaces", "", "", "", false)]
    public async Task Decide_Node_MayOnlyWhatAKubeletNeeds(
        string verb, string group, string resource, string subresource, string ns, string name, bool expected)
    {
        await using var rig = await StartAsync();
        await rig.CreateAsync(Pod("p", pod =>
        {
            pod.Spec.NodeName = "n1";
            pod.Spec.Volumes.Add(new Volume { Name = "v", VolumeSource = new() { Secret = new() { SecretName = "mine" } } });
        }));
        await rig.SettledAsync();
        var authorizer = new Authorizer(new NodeRules(rig.Caches));

        Assert.Equal(expected, authorizer.Decide(Node, new(verb, group, resource, subresource, ns, name)));
    }

    [EveryStoreTheory]
    [InlineData("/version", true, true)]
    [InlineData("/healthz", true, true)]
    [InlineData("/readyz", true, true)]
    [InlineData("/readyz/etcd", false, false)]
    [InlineData("/api/v1", false, true)]
    [InlineData("/apis", false, true)]
    [InlineData("/apiss", false, false)]
    [InlineData("/metrics", false, false)]
    public async Task Decide_Path_IsOpenToWhomItShouldBe(string path, bool anonymous, bool authenticated)
    {
        await using var rig = await StartAsync();
        var authorizer = new Authorizer(new NodeRules(rig.Caches));

        Assert.Equal(anonymous, authorizer.Decide(UserInfo.Anonymous, RequestAttributes.ForPath("get", path)));
        Assert.Equal(authenticated, authorizer.Decide(Bob, RequestAttributes.ForPath("get", path)));
    }

    [EveryStoreFact]
    public async Task Authorize_NobodyInParticular_IsForbiddenInKubernetesWords()
    {
        await using var rig = await StartAsync();
        IAuthorizer authorizer = new Authorizer(new NodeRules(rig.Caches));

        var named = Assert.Throws<Api.Errors.ApiException>(() => authorizer.Authorize(Bob, new("get", "", "pods", "log", "default", "x")));
        var all = Assert.Throws<Api.Errors.ApiException>(() => authorizer.Authorize(Bob, new("list", "coordination.k8s.io", "leases", "", "", "")));
        var path = Assert.Throws<Api.Errors.ApiException>(() => authorizer.Authorize(Bob, RequestAttributes.ForPath("get", "/x")));

        Assert.Equal("pods \"x\" is forbidden: User \"bob\" cannot get resource \"pods/log\" in API group \"\" in the namespace \"default\"", named.Status.Message);
        Assert.Equal("leases.coordination.k8s.io is forbidden: User \"bob\" cannot list resource \"leases\" in API group \"coordination.k8s.io\" at the cluster scope",
            all.Status.Message);
        Assert.Equal("forbidden: User \"bob\" cannot get path \"/x\"", path.Status.Message);
    }
}
