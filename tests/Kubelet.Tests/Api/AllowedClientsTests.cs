using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MiniK8s.Kubelet.Tests.Api;

public sealed class AllowedClientsTests
{
    private static readonly string[] Allowed = ["kube-apiserver-kubelet-client"];

    [Theory]
    [InlineData("O=system:masters, CN=kube-apiserver-kubelet-client", true)]
    [InlineData("CN=kube-apiserver-kubelet-client", true)]
    [InlineData("O=system:masters, CN=kubernetes-admin", false)]
    [InlineData("O=system:nodes, CN=system:node:node-1", false)]
    [InlineData("CN=kube-scheduler", false)]
    [InlineData("O=kube-apiserver-kubelet-client", false)]
    [InlineData("O=kube-apiserver-kubelet-client, CN=x", false)]
    public void MayCall_ByCommonName_IsTheApiserverAlone(string subject, bool may)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var from = new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);
        using var certificate = new CertificateRequest(subject, key, HashAlgorithmName.SHA256).CreateSelfSigned(from, from.AddDays(1));

        Assert.Equal(may, KubeletServiceCollectionExtensions.MayCall(certificate, Allowed));
    }
}
