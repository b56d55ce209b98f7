namespace MiniK8s.Lab.Pki;

/// <summary>The identities of a cluster, named as Kubernetes names them.</summary>
internal static class Identities
{
    private static readonly string[] LocalHosts = ["localhost", "127.0.0.1", "::1"];

    /// <summary>The person at the keyboard.</summary>
    public static CertificateSubject Admin { get; } = new("kubernetes-admin", ["system:masters"], []);

    public static CertificateSubject Scheduler { get; } = new("system:kube-scheduler", [], []);

    public static CertificateSubject ControllerManager { get; } = new("system:kube-controller-manager", [], []);

    /// <summary>The apiserver as a client of kubelets.</summary>
    public static CertificateSubject KubeletClient { get; } = new("kube-apiserver-kubelet-client", ["system:masters"], []);

    /// <summary>The apiserver's serving certificate; the first service address is what Pods know it by.</summary>
    public static CertificateSubject ApiServer(IEnumerable<string> extraHosts) =>
        new("kube-apiserver", [], [.. LocalHosts, "kubernetes", "kubernetes.default", "kubernetes.default.svc", "10.96.0.1", .. extraHosts]);

    /// <summary>A node: a client of the apiserver and the server of its own port.</summary>
    public static CertificateSubject Node(string name, IEnumerable<string> extraHosts) =>
        new($"system:node:{name}", ["system:nodes"], [.. LocalHosts, name, .. extraHosts]);
}
