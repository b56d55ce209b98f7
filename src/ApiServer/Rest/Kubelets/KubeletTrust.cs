using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace MiniK8s.ApiServer.Rest.Kubelets;

/// <summary>TLS with kubelets: our client certificate, and what a kubelet's certificate must be.</summary>
/// <remarks>
/// Nodes' addresses come and go and stand in no certificate, so a kubelet is known by who it is: the certificate comes from the authority
/// and its organization is <c>system:nodes</c>.
/// </remarks>
internal static class KubeletTrust
{
    private const string Nodes = "system:nodes";
    private const string Organization = "2.5.4.10";

    /// <summary>The client's side of the handshake.</summary>
    public static SslClientAuthenticationOptions Options(ApiServerOptions options)
    {
        var authority = new X509Certificate2Collection();
        if (options.ClientCaFile is { } file) authority.ImportFromPemFile(file);
        // Windows' TLS wants a key that is stored, which one read from PEM is not.
        using var pem = X509Certificate2.CreateFromPemFile(options.KubeletClientCertificate!, options.KubeletClientKey);
        var client = X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), password: null);
        return new()
        {
            ClientCertificates = [client],
            RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is X509Certificate2 shown && IsKubelet(shown, authority),
        };
    }

    private static bool IsKubelet(X509Certificate2 certificate, X509Certificate2Collection authority)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain.Build(certificate) && certificate.SubjectName.EnumerateRelativeDistinguishedNames()
            .Any(name => !name.HasMultipleElements && name.GetSingleElementType().Value == Organization && name.GetSingleElementValue() == Nodes);
    }
}
