using System.Security.Cryptography.X509Certificates;

using MiniK8s.Client.Connection;
using MiniK8s.Lab.Pki;

namespace MiniK8s.Lab.Tests;

public sealed class CertificateTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mk8s-pki-").FullName;

    [Fact]
    public void Ensure_Identity_NamesUserAndGroupsAndChainsToTheAuthority()
    {
        using var certificates = ClusterCertificates.Open(_folder, TimeProvider.System);

        var files = certificates.Ensure("kubelet-node-1", Identities.Node("node-1", ["kubelet-1"]));

        using var certificate = X509Certificate2.CreateFromPemFile(files.Certificate, files.Key);
        Assert.Contains("CN=system:node:node-1", certificate.Subject);
        Assert.Contains("O=system:nodes", certificate.Subject);
        Assert.True(certificate.HasPrivateKey);
        Assert.True(certificate.MatchesHostname("kubelet-1"));
        Assert.True(certificate.MatchesHostname("127.0.0.1"));
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.CustomTrustStore.ImportFromPemFile(certificates.AuthorityFile);
        Assert.True(chain.Build(certificate));
    }

    [Fact]
    public void Open_SecondTime_KeepsAuthorityAndIdentities()
    {
        string before;
        using (var first = ClusterCertificates.Open(_folder, TimeProvider.System)) before = File.ReadAllText(first.Ensure("a", Identities.Admin).Certificate);

        using var second = ClusterCertificates.Open(_folder, TimeProvider.System);

        Assert.Equal(before, File.ReadAllText(second.Ensure("a", Identities.Admin).Certificate));
    }

    [Fact]
    public void WriteKubeconfig_Admin_IsReadBackWhole()
    {
        using var certificates = ClusterCertificates.Open(_folder, TimeProvider.System);

        var file = certificates.WriteKubeconfig(Path.Combine(_folder, "kubeconfig"), new Uri("https://127.0.0.1:6443/x"), "admin", Identities.Admin);

        var config = KubeConfig.Load(file);
        Assert.Equal(new Uri("https://127.0.0.1:6443"), config.Server);
        Assert.StartsWith("-----BEGIN CERTIFICATE-----", config.CertificateAuthorityPem);
        Assert.StartsWith("-----BEGIN PRIVATE KEY-----", config.ClientKeyPem);
    }

    [Fact]
    public void Ensure_Key_IsReadableByItsOwnerAlone()
    {
        if (OperatingSystem.IsWindows()) return;
        using var certificates = ClusterCertificates.Open(_folder, TimeProvider.System);

        var files = certificates.Ensure("a", Identities.Admin);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(files.Key));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
