using System.Text;

using MiniK8s.Kubelet.StaticPods;
using MiniK8s.Kubelet.Tests.Fakes;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.Tests.StaticPods;

public sealed class StaticPodManifestTests
{
    private const string Web = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: c, image: nginx}]}\n";

    [Fact]
    public void Read_AManifest_IsTheNodesOwnPod()
    {
        var pod = Read(Web);

        Assert.Equal(("web-node-1", "default", "node-1"), (pod.Metadata.Name, pod.Metadata.Namespace, pod.Spec.NodeName));
        Assert.Matches("^[0-9a-f]{32}$", pod.Metadata.Uid);
        Assert.Equal(pod.Metadata.Uid, pod.Metadata.Annotations["kubernetes.io/config.hash"]);
        Assert.Equal("file", pod.Metadata.Annotations["kubernetes.io/config.source"]);
        Assert.StartsWith("2030-01-01T12:00:00", pod.Metadata.Annotations["kubernetes.io/config.seen"], StringComparison.Ordinal);
        var toleration = Assert.Single(pod.Spec.Tolerations);
        Assert.Equal(("Exists", "NoExecute", ""), (toleration.Operator, toleration.Effect, toleration.Key));
        Assert.Equal(("Always", "Always"), (pod.Spec.RestartPolicy, pod.Spec.Containers[0].ImagePullPolicy));
    }

    [Theory]
    [InlineData("the same", Web, "web.yaml", "node-1", true)]
    [InlineData("a blank line", Web + "\n", "web.yaml", "node-1", true)]
    [InlineData("another image", "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: c, image: nginx:1}]}\n", "web.yaml", "node-1", false)]
    [InlineData("another file", Web, "other.yaml", "node-1", false)]
    [InlineData("another node", Web, "web.yaml", "node-2", false)]
    public void Read_Edited_IsAnotherPod(string what, string content, string file, string node, bool isSame) =>
        Assert.True(isSame == (Read(Web).Metadata.Uid == Read(content, file, node).Metadata.Uid), what);

    [Fact]
    public void Read_Json_IsReadToo() =>
        Assert.Equal("web-node-1", Read("""{"apiVersion":"v1","kind":"Pod","metadata":{"name":"web","uid":"mine"},"spec":{"containers":[{"name":"c","image":"i"}]}}""").Metadata.Name);

    [Theory]
    [InlineData("apiVersion: v1\nkind: Pod\nspec: {containers: [{name: c, image: i}]}", "metadata.name: Required value")]
    [InlineData("apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec: {containers: [{name: c}]}", "spec.containers[0].image: Required value")]
    [InlineData("apiVersion: v1\nkind: Service\nmetadata: {name: x}", "cannot be handled as a Pod")]
    [InlineData("a: b: c", "")]
    [InlineData("", "")]
    public void Read_NoPod_SaysWhy(string content, string why) => Assert.Contains(why, Assert.Throws<ManifestException>(() => Read(content)).Message);

    private static Pod Read(string content, string file = "web.yaml", string node = "node-1") => StaticPodManifest.Read(Encoding.UTF8.GetBytes(content), file, node, A.Noon);
}
