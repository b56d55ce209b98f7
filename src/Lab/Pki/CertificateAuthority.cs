using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MiniK8s.Lab.Pki;

/// <summary>The lab's certificate authority: signs the servers' certificates and the identities of clients.</summary>
/// <remarks>
/// An identity is a certificate whose CN is the user and whose O are the groups, as Kubernetes reads them
/// (k8s.io/apiserver x509 authentication). Keys are ECDSA P-256; certificates last ten years, the lab's data rarely that long.
/// </remarks>
internal sealed class CertificateAuthority(X509Certificate2 certificate, TimeProvider time) : IDisposable
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";
    private static readonly TimeSpan Validity = TimeSpan.FromDays(3650);

    // Clocks of the machines that share a lab may differ a little.
    private static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(5);

    /// <summary>The authority's own certificate, PEM: what a client must trust.</summary>
    public string CertificatePem => certificate.ExportCertificatePem();

    /// <summary>Makes a new authority.</summary>
    public static CertificateAuthority Create(TimeProvider time)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=minik8s-ca", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        var now = time.GetUtcNow();
        return new CertificateAuthority(request.CreateSelfSigned(now - ClockSkew, now + Validity), time);
    }

    /// <summary>Takes up an authority again from its two files.</summary>
    public static CertificateAuthority Load(string certificateFile, string keyFile, TimeProvider time) =>
        new(X509Certificate2.CreateFromPemFile(certificateFile, keyFile), time);

    /// <summary>The authority's private key, PKCS #8 PEM.</summary>
    public string ExportKeyPem()
    {
        using var key = certificate.GetECDsaPrivateKey()!;
        return key.ExportPkcs8PrivateKeyPem();
    }

    /// <summary>Signs a new key pair for <paramref name="subject"/>.</summary>
    public KeyPair Issue(CertificateSubject subject)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(DistinguishedName(subject), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(Usages(subject), false));
        if (subject.Hosts.Count > 0) request.CertificateExtensions.Add(AlternativeNames(subject.Hosts));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(certificate, true, false));

        var now = time.GetUtcNow();
        using var issued = request.Create(certificate, now - ClockSkew, certificate.NotAfter, RandomNumberGenerator.GetBytes(16));
        return new KeyPair(issued.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }

    public void Dispose() => certificate.Dispose();

    private static X500DistinguishedName DistinguishedName(CertificateSubject subject)
    {
        var name = new X500DistinguishedNameBuilder();
        foreach (var group in subject.Groups) name.AddOrganizationName(group);
        name.AddCommonName(subject.User);
        return name.Build();
    }

    // Every certificate may act as a client; one with hosts is a server too (a kubelet is both).
    private static OidCollection Usages(CertificateSubject subject)
    {
        var usages = new OidCollection { new Oid(ClientAuthentication) };
        if (subject.Hosts.Count > 0) usages.Add(new Oid(ServerAuthentication));
        return usages;
    }

    private static X509Extension AlternativeNames(IEnumerable<string> hosts)
    {
        var names = new SubjectAlternativeNameBuilder();
        foreach (var host in hosts)
        {
            if (IPAddress.TryParse(host, out var address)) names.AddIpAddress(address);
            else names.AddDnsName(host);
        }
        return names.Build();
    }
}

/// <summary>Whom a certificate names.</summary>
/// <param name="User">CN: the user's name.</param>
/// <param name="Groups">O: the user's groups.</param>
/// <param name="Hosts">DNS names and addresses it may serve under; none for a pure client.</param>
internal sealed record CertificateSubject(string User, IReadOnlyList<string> Groups, IReadOnlyList<string> Hosts);

/// <summary>A certificate and its private key, both PEM.</summary>
internal sealed record KeyPair(string CertificatePem, string KeyPem);
