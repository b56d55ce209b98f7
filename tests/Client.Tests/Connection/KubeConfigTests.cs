using System.Text;

using MiniK8s.Client.Connection;

namespace MiniK8s.Client.Tests.Connection;

public sealed class KubeConfigTests
{
    [Fact]
    public void Parse_InlineCredentials_DecodesThem()
    {
        var config = KubeConfig.Parse(Document("https://127.0.0.1:6443", $"""
            certificate-authority-data: {Base64("authority")}
            """, $"""
            client-certificate-data: {Base64("certificate")}
                client-key-data: {Base64("key")}
            """), ".");

        Assert.Equal(new KubeConfig(new Uri("https://127.0.0.1:6443"), "authority", "certificate", "key"), config);
    }

    [Fact]
    public void Parse_RelativeFiles_AreRelativeToTheKubeconfig()
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllText(directory.File("ca.crt"), "authority");

        var config = KubeConfig.Parse(Document("https://host:1", "certificate-authority: ca.crt", "token: secret"), directory.Path);

        Assert.Equal(new KubeConfig(new Uri("https://host:1"), "authority", Token: "secret"), config);
    }

    [Theory]
    [InlineData("current-context: other", "kubeconfig has no context named \"other\"")]
    [InlineData("", "kubeconfig is empty")]
    [InlineData("[", "kubeconfig is not valid YAML at line")]
    public void Parse_UnusableDocument_SaysWhatToMend(string yaml, string message)
    {
        var error = Assert.Throws<KubeConfigException>(() => KubeConfig.Parse(yaml, "."));

        Assert.StartsWith(message, error.Message);
    }

    [Fact]
    public void Parse_CertificateWithoutKey_SaysSo()
    {
        var yaml = Document("https://host:1", "insecure: x", $"client-certificate-data: {Base64("certificate")}");

        var error = Assert.Throws<KubeConfigException>(() => KubeConfig.Parse(yaml, "."));

        Assert.Equal("user \"admin\" needs client-certificate and client-key together", error.Message);
    }

    private static string Document(string server, string cluster, string user) => $"""
        apiVersion: v1
        kind: Config
        current-context: lab
        contexts:
        - name: lab
          context:
            cluster: mini
            user: admin
        clusters:
        - name: mini
          cluster:
            server: {server}
            {cluster}
        users:
        - name: admin
          user:
            {user}
        """;

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
