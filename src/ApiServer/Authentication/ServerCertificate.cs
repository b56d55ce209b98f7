using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MiniK8s.ApiServer.Authentication;

/// <summary>The certificate the TLS port shows.</summary>
internal static class ServerCertificate
{
    /// <summary>The configured one, or one made now that nobody has reason to trust.</summary>
    public static X509Certificate2 Load(ApiServerOptions options, TimeProvider time) =>
        options.TlsCertFile is { } certificate && options.TlsPrivateKeyFile is { } key
            ? X509Certificate2.CreateFromPemFile(certificate, key)
            : SelfSigned(time.GetUtcNow());

    private static X509Certificate2 SelfSigned(DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=mk8s-apiserver", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        foreach (var name in (string[])["localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc"]) names.AddDnsName(name);
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        return request.CreateSelfSigned(now.AddDays(-1), now.AddYears(1));
    }
}
