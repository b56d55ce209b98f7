using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MiniK8s.ApiServer.Tests.Rest.Serving;

/// <summary>An authority of the test's own, and certificates from it as PEM files in a folder that goes with it.</summary>
internal sealed class Pki : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mk8s-pki-");
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 _authority;
    private readonly DateTimeOffset _from = DateTimeOffset.UtcNow.AddMinutes(-5);
    private byte _serial;

    public Pki()
    {
        var request = new CertificateRequest("CN=ca", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        _authority = request.CreateSelfSigned(_from, _from.AddDays(1));
        File.WriteAllText(Authority, _authority.ExportCertificatePem());
    }

    /// <summary>The authority's certificate.</summary>
    public string Authority => PathOf("ca.crt");

    /// <summary>A new certificate and its key, as files.</summary>
    public (string Certificate, string Key) Issue(string subject)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest(subject, key, HashAlgorithmName.SHA256).Create(_authority, _from, _from.AddHours(1), [++_serial]);
        var files = (Certificate: PathOf($"{_serial}.crt"), Key: PathOf($"{_serial}.key"));
        File.WriteAllText(files.Certificate, certificate.ExportCertificatePem());
        File.WriteAllText(files.Key, key.ExportPkcs8PrivateKeyPem());
        return files;
    }

    public void Dispose()
    {
        _authority.Dispose();
        _key.Dispose();
        _folder.Delete(recursive: true);
    }

    private string PathOf(string name) => Path.Combine(_folder.FullName, name);
}
