using System.Text;

namespace MiniK8s.Lab.Pki;

/// <summary>A kubeconfig with everything inside, so that the one file works with any kubectl.</summary>
internal static class Kubeconfig
{
    /// <summary>The file's text, for one server and one identity.</summary>
    public static string Write(Uri server, string authorityPem, string user, KeyPair identity) => $"""
        apiVersion: v1
        kind: Config
        clusters:
        - name: minik8s
          cluster:
            server: {server.GetLeftPart(UriPartial.Authority)}
            certificate-authority-data: {Base64(authorityPem)}
        users:
        - name: {user}
          user:
            client-certificate-data: {Base64(identity.CertificatePem)}
            client-key-data: {Base64(identity.KeyPem)}
        contexts:
        - name: minik8s
          context:
            cluster: minik8s
            user: {user}
        current-context: minik8s

        """;

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
