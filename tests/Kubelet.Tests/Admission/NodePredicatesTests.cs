using MiniK8s.Kubelet.Admission;
using MiniK8s.Kubelet.Tests.Fakes;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.Tests.Admission;

/// <summary>What a node looks at before it takes a pod: each refusal in Kubernetes' words, and what comes first when several would do.</summary>
public sealed class NodePredicatesTests
{
    private const string NoAppArmor = "AppArmor: Cannot enforce AppArmor: AppArmor is not enabled on the host";

    private static readonly Dictionary<string, Action<Pod>> _pods = new()
    {
        ["plain"] = _ => { },
        ["2 cpu"] = pod => Ask(pod, "cpu", "2"),
        ["3 cpu"] = pod => Ask(pod, "cpu", "3"),
        ["2.5 cpu in an init container"] = pod => pod.Spec.InitContainers.Add(Asking("cpu", "2500m")),
        ["7Gi memory"] = pod => Ask(pod, "memory", "7Gi"),
        ["200Gi disk"] = pod => Ask(pod, "ephemeral-storage", "200Gi"),
        ["3 cards"] = pod => Ask(pod, "example.com/card", "3"),
        ["unknown resource"] = pod => Ask(pod, "example.com/other", "3"),
        ["zone b"] = pod => pod.Spec.NodeSelector["zone"] = "b",
        ["zone a"] = pod => pod.Spec.NodeSelector["zone"] = "a",
        ["other node"] = pod => pod.Spec.NodeName = "node-2",
        ["host port 80"] = pod => pod.Spec.Containers[0].Ports.Add(new ContainerPort { ContainerPort_ = 80, HostPort = 80, Protocol = "TCP" }),
        ["host port 80 of an address"] = pod => pod.Spec.Containers[0].Ports.Add(new ContainerPort { ContainerPort_ = 80, HostPort = 80, HostIp = "10.0.0.1", Protocol = "TCP" }),
        ["host port 80/UDP"] = pod => pod.Spec.Containers[0].Ports.Add(new ContainerPort { ContainerPort_ = 80, HostPort = 80, Protocol = "UDP" }),
        ["windows label"] = pod => pod.Metadata.Labels["kubernetes.io/os"] = "windows",
        ["windows"] = pod => pod.Spec.Os = new PodOS { Name = "windows" },
        ["unsafe sysctl"] = pod => Sysctl(pod, "kernel.msgmax"),
        ["safe sysctl"] = pod => Sysctl(pod, "net.ipv4.tcp_syncookies"),
        ["safe sysctl in slashes"] = pod => Sysctl(pod, "net/ipv4/tcp_syncookies"),
        ["net sysctl on the host's network"] = pod =>
        {
            Sysctl(pod, "net.ipv4.tcp_syncookies");
            pod.Spec.HostNetwork = true;
        },
        ["RuntimeDefault for the pod"] = pod => pod.Spec.SecurityContext = new PodSecurityContext { AppArmorProfile = new AppArmorProfile { Type = "RuntimeDefault" } },
        ["Unconfined for the pod"] = pod => pod.Spec.SecurityContext = new PodSecurityContext { AppArmorProfile = new AppArmorProfile { Type = "Unconfined" } },
        ["Localhost in a container"] = pod => pod.Spec.Containers[0].SecurityContext = Profile("Localhost"),
        ["Localhost in an init container"] = pod => pod.Spec.InitContainers.Add(new Container { Name = "i", SecurityContext = Profile("Localhost") }),
        ["RuntimeDefault for the pod, Unconfined in its container"] = pod =>
        {
            _pods!["RuntimeDefault for the pod"](pod);
            pod.Spec.Containers[0].SecurityContext = Profile("Unconfined");
        },
        ["profile by annotation"] = pod => pod.Metadata.Annotations["container.apparmor.security.beta.kubernetes.io/c"] = "runtime/default",
        ["unconfined by annotation"] = pod => pod.Metadata.Annotations["container.apparmor.security.beta.kubernetes.io/c"] = "unconfined",
        ["profile of a pod that has been running"] = pod =>
        {
            pod.Spec.Containers[0].SecurityContext = Profile("RuntimeDefault");
            pod.Status.Phase = "Running";
        },
        ["profile and the other node"] = pod =>
        {
            pod.Spec.Containers[0].SecurityContext = Profile("RuntimeDefault");
            pod.Spec.NodeName = "node-2";
        },
        ["everything wrong"] = pod =>
        {
            Ask(pod, "cpu", "30");
            pod.Spec.NodeSelector["zone"] = "b";
        },
    };

    [Theory]
    [InlineData("plain", "plain", null)]
    [InlineData("2 cpu", "2 cpu", null)]
    [InlineData("3 cpu", "2 cpu", "OutOfcpu: Node didn't have enough resource: cpu, requested: 3000, used: 2000, capacity: 4000")]
    [InlineData("2.5 cpu in an init container", "2 cpu", "OutOfcpu: Node didn't have enough resource: cpu, requested: 2500, used: 2000, capacity: 4000")]
    [InlineData("7Gi memory", "7Gi memory", "OutOfmemory: Node didn't have enough resource: memory, requested: 7516192768, used: 7516192768, capacity: 8589934592")]
    [InlineData("200Gi disk", "plain", "OutOfephemeral-storage: Node didn't have enough resource: ephemeral-storage, requested: 214748364800, used: 0, capacity: 107374182400")]
    [InlineData("3 cards", "plain", "OutOfexample.com/card: Node didn't have enough resource: example.com/card, requested: 3, used: 0, capacity: 2")]
    [InlineData("unknown resource", "plain", null)]
    [InlineData("zone a", "plain", null)]
    [InlineData("zone b", "plain", "NodeAffinity: Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector")]
    [InlineData("other node", "plain", "NodeName: Predicate NodeName failed: node(s) didn't match the requested node name")]
    [InlineData("host port 80", "plain", null)]
    [InlineData("host port 80", "host port 80", "NodePorts: Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports")]
    [InlineData("host port 80", "host port 80 of an address", "NodePorts: Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports")]
    [InlineData("host port 80", "host port 80/UDP", null)]
    [InlineData("windows label", "plain", "PodOSSelectorNodeLabelDoesNotMatch: Failed to admit pod as the `kubernetes.io/os` label doesn't match node label")]
    [InlineData("windows", "plain", "PodOSNotSupported: Failed to admit pod as the OS field doesn't match node OS")]
    [InlineData("safe sysctl", "plain", null)]
    [InlineData("safe sysctl in slashes", "plain", null)]
    [InlineData("unsafe sysctl", "plain", "SysctlForbidden: forbidden sysctl: \"kernel.msgmax\" not allowlisted")]
    [InlineData("net sysctl on the host's network", "plain", "SysctlForbidden: forbidden sysctl: \"net.ipv4.tcp_syncookies\" not allowed with host Net enabled")]
    [InlineData("RuntimeDefault for the pod", "plain", NoAppArmor)]
    [InlineData("Unconfined for the pod", "plain", null)]
    [InlineData("Localhost in a container", "plain", NoAppArmor)]
    [InlineData("Localhost in an init container", "plain", NoAppArmor)]
    [InlineData("RuntimeDefault for the pod, Unconfined in its container", "plain", NoAppArmor)]
    [InlineData("profile by annotation", "plain", NoAppArmor)]
    [InlineData("unconfined by annotation", "plain", null)]
    [InlineData("profile of a pod that has been running", "plain", null)]
    [InlineData("profile and the other node", "plain", "NodeName: Predicate NodeName failed: node(s) didn't match the requested node name")]
    [InlineData("everything wrong", "plain", "OutOfcpu: Node didn't have enough resource: cpu, requested: 30000, used: 0, capacity: 4000")]
    public void Check_APodBesideAnother_IsAnsweredAsKubernetesDoes(string pod, string other, string? refusal) =>
        Assert.Equal(refusal, Text(NodePredicates.Check(Of(pod), FakeNode.New(), [Of(other)])));

    [Fact]
    public void Check_NoSlotLeft_IsOutOfPodsWhateverElseIsWrong()
    {
        var others = Enumerable.Repeat(Of("plain"), 110).ToList();

        Assert.Equal(
            "OutOfpods: Node didn't have enough resource: pods, requested: 1, used: 110, capacity: 110",
            Text(NodePredicates.Check(Of("everything wrong"), FakeNode.New(), others)));
        Assert.Null(NodePredicates.Check(Of("plain"), FakeNode.New(), others[1..]));
    }

    [Theory]
    [InlineData("NoExecute", null, "TaintToleration: Predicate TaintToleration failed: node(s) had taints that the pod didn't tolerate")]
    [InlineData("NoExecute", "NoExecute", null)]
    [InlineData("NoExecute", "", null)]
    [InlineData("NoSchedule", null, null)]
    [InlineData("PreferNoSchedule", null, null)]
    public void Check_ATaint_CountsWhenItDrivesOutAndIsNotTolerated(string effect, string? tolerated, string? refusal)
    {
        var (node, pod) = (FakeNode.New(), Of("plain"));
        node.Spec.Taints.Add(new Taint { Key = "maintenance", Effect = effect });
        if (tolerated is not null) pod.Spec.Tolerations.Add(new Toleration { Key = "maintenance", Operator = "Exists", Effect = tolerated });

        Assert.Equal(refusal, Text(NodePredicates.Check(pod, node, [])));
    }

    private static Pod Of(string name) => A.Pod().With(_pods[name]);

    private static string? Text(Refusal? refusal) => refusal is null ? null : $"{refusal.Reason}: {refusal.Message}";

    private static void Ask(Pod pod, string resource, string amount) => pod.Spec.Containers[0] = Asking(resource, amount);

    private static Container Asking(string resource, string amount)
    {
        var container = A.Container("c");
        container.Resources = new ResourceRequirements();
        container.Resources.Requests[resource] = amount;
        return container;
    }

    private static SecurityContext Profile(string type) => new() { AppArmorProfile = new AppArmorProfile { Type = type } };

    private static void Sysctl(Pod pod, string name)
    {
        pod.Spec.SecurityContext = new PodSecurityContext();
        pod.Spec.SecurityContext.Sysctls.Add(new Sysctl { Name = name, Value = "1" });
    }
}
