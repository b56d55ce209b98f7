using System.CommandLine;

using MiniK8s.Lab.Pki;

namespace MiniK8s.Lab.Commands;

/// <summary><c>mk8s certs</c>: the secrets of a cluster whose processes something else starts (docker compose, a person).</summary>
internal static class CertificatesCommand
{
    public static Command Create(TimeProvider time)
    {
        var directory = new Option<string>("--dir") { Description = "Where certificates, keys and kubeconfigs go", DefaultValueFactory = _ => "pki" };
        var server = new Option<Uri>("--server")
        {
            Description = "The apiserver's address as the cluster's own processes reach it",
            DefaultValueFactory = _ => new Uri("https://127.0.0.1:6443"),
            CustomParser = SharedOptions.ParseUri,
        };
        var external = new Option<Uri>("--external-server")
        {
            Description = "The apiserver's address as the user reaches it",
            DefaultValueFactory = _ => new Uri("https://127.0.0.1:6443"),
            CustomParser = SharedOptions.ParseUri,
        };
        var nodes = new Option<string[]>("--node") { Description = "A node's name; may be given several times", DefaultValueFactory = _ => [] };
        var command = new Command("certs", "Make the certificates and kubeconfigs of a cluster whose processes are started by hand or by docker compose")
        {
            directory, server, external, nodes,
        };
        command.SetAction(parsed =>
        {
            using var certificates = ClusterCertificates.Open(parsed.GetValue(directory)!, time);
            var (inside, outside) = (parsed.GetValue(server)!, parsed.GetValue(external)!);
            certificates.Ensure("apiserver", Identities.ApiServer([inside.Host, outside.Host]));
            certificates.Ensure("apiserver-kubelet-client", Identities.KubeletClient);
            certificates.EnsureServiceAccountKey();
            Write("scheduler", inside, Identities.Scheduler);
            Write("controller-manager", inside, Identities.ControllerManager);
            Write("admin", outside, Identities.Admin);
            // A node's host name in the compose file is kubelet-NAME's own container.
            foreach (var node in parsed.GetValue(nodes)!) Write($"kubelet-{node}", inside, Identities.Node(node, [$"kubelet-{node}"]));

            void Write(string name, Uri address, CertificateSubject subject) =>
                certificates.WriteKubeconfig(Path.Combine(parsed.GetValue(directory)!, $"{name}.kubeconfig"), address, name, subject);
        });
        return command;
    }
}
