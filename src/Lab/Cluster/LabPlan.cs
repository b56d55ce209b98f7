using MiniK8s.Lab.Pki;
using MiniK8s.Lab.Processes;

namespace MiniK8s.Lab.Cluster;

/// <summary>Which processes a lab consists of and how each is started; nothing here starts anything.</summary>
/// <remarks>Default ports are Kubernetes' and etcd's own; kubelets count up from 10250.</remarks>
internal sealed class LabPlan(LabOptions options, LabFolder folder, ClusterCertificates certificates)
{
    // Any free port is 0 everywhere but here, where 0 means none at all.
    private const string InsecureGrpcPort = "insecure-grpc-port";

    public ProcessSpec Store() => Process("store", "MiniK8s.Store.dll",
        [("port", 2379), ("http-port", 2381)],
        "--data-dir", folder.DataOf("store"));

    public ProcessSpec ApiServer(string etcdServers)
    {
        var serving = certificates.Ensure("apiserver", Identities.ApiServer([]));
        var kubeletClient = certificates.Ensure("apiserver-kubelet-client", Identities.KubeletClient);
        return Process("apiserver", "MiniK8s.ApiServer.dll",
            [("secure-port", 6443), (InsecureGrpcPort, 6444)],
            "--etcd-servers", etcdServers,
            "--tls-cert-file", serving.Certificate,
            "--tls-private-key-file", serving.Key,
            "--client-ca-file", certificates.AuthorityFile,
            "--kubelet-client-certificate", kubeletClient.Certificate,
            "--kubelet-client-key", kubeletClient.Key,
            "--service-account-signing-key-file", certificates.EnsureServiceAccountKey());
    }

    public ProcessSpec Scheduler(Uri apiServer) => Process("scheduler", "MiniK8s.Scheduler.dll", [("port", 10259), ("grpc-port", 10260)],
        "--kubeconfig", KubeconfigFor("scheduler", apiServer, Identities.Scheduler));

    public ProcessSpec ControllerManager(Uri apiServer) => Process("controller-manager", "MiniK8s.ControllerManager.dll", [("port", 10257)],
        "--kubeconfig", KubeconfigFor("controller-manager", apiServer, Identities.ControllerManager));

    public IEnumerable<ProcessSpec> Kubelets(Uri apiServer) => Enumerable.Range(1, options.Nodes).Select(number =>
    {
        var (node, name) = ($"node-{number}", $"kubelet-node-{number}");
        var identity = certificates.Ensure(name, Identities.Node(node, []));
        string[] arguments =
        [
            "--nodes", node,
            "--kubeconfig", KubeconfigFor(name, apiServer, Identities.Node(node, [])),
            "--tls-cert-file", identity.Certificate,
            "--tls-private-key-file", identity.Key,
            "--client-ca-file", certificates.AuthorityFile,
            "--state-dir", folder.DataOf(name),
            "--hosts-file", folder.HostsFile,
            "--pod-manifest-path", Path.Combine(folder.DataOf(name), "manifests"),
            "--shutdown-grace-period", "30s",
            "--shutdown-grace-period-critical-pods", "10s",
        ];
        if (options.ImagesDirectory is { } images) arguments = [.. arguments, "--images", Path.GetFullPath(images)];
        if (options.MaxPods is { } pods) arguments = [.. arguments, "--capacity-pods", $"{pods}"];
        return Process(name, "MiniK8s.Kubelet.dll", [("port", 10249 + number)], arguments);
    });

    /// <summary>The admin's kubeconfig, the one the user is told of.</summary>
    public string WriteAdminKubeconfig(Uri apiServer) => certificates.WriteKubeconfig(folder.Kubeconfig, apiServer, "admin", Identities.Admin);

    private string KubeconfigFor(string name, Uri apiServer, CertificateSubject subject) =>
        certificates.WriteKubeconfig(Path.Combine(folder.Pki, $"{name}.kubeconfig"), apiServer, name, subject);

    private ProcessSpec Process(string name, string assembly, (string Flag, int Port)[] ports, params string[] arguments) =>
        new(name, assembly, arguments, ports.ToDictionary(p => p.Flag, p => !options.AutoPorts ? p.Port : p.Flag == InsecureGrpcPort ? -1 : 0));
}
