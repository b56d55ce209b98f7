using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

using MiniK8s.ApiServer.Registry;

namespace MiniK8s.ApiServer.Authentication;

/// <summary>Users by client certificate: the common name is the user, each organization a group.</summary>
internal sealed class ClientCertificates
{
    private const string CommonName = "2.5.4.3";
    private const string Organization = "2.5.4.10";
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    private readonly X509Certificate2Collection _authorities = [];
    private readonly TimeProvider _time;

    // One certificate object lives as long as its connection; a chain is built once for each.
    private readonly ConditionalWeakTable<X509Certificate2, StrongBox<UserInfo?>> _known = [];

    /// <summary>Trusts the given CA file, or nobody.</summary>
    public ClientCertificates(string? caFile, TimeProvider time)
    {
        if (caFile is not null) _authorities.ImportFromPemFile(caFile);
        _time = time;
    }

    /// <summary>The certificate's user; null when none of our authorities signed it, or it is out of date.</summary>
    public UserInfo? UserOf(X509Certificate2 certificate) =>
        _known.GetValue(certificate, each => new StrongBox<UserInfo?>(IsTrusted(each) ? Describe(each) : null)).Value;

    private bool IsTrusted(X509Certificate2 certificate)
    {
        if (_authorities.Count == 0) return false;
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(_authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.VerificationTime = _time.GetUtcNow().UtcDateTime;
        chain.ChainPolicy.ApplicationPolicy.Add(new(ClientAuthentication));
        return chain.Build(certificate);
    }

    private static UserInfo? Describe(X509Certificate2 certificate)
    {
        string[] names = [.. ValuesOf(certificate, CommonName)];
        return names.Length == 0 ? null : new UserInfo(names[0], [.. ValuesOf(certificate, Organization), UserInfo.AuthenticatedGroup])
        {
            Extra = new Dictionary<string, IReadOnlyList<string>> { [UserInfo.CredentialId] = [$"X509SHA256={Fingerprint(certificate)}"] },
        };
    }

    private static string Fingerprint(X509Certificate2 certificate) => Convert.ToHexStringLower(certificate.GetCertHash(HashAlgorithmName.SHA256));

    private static IEnumerable<string> ValuesOf(X509Certificate2 certificate, string type) =>
        from part in certificate.SubjectName.EnumerateRelativeDistinguishedNames()
        where !part.HasMultipleElements && part.GetSingleElementType().Value == type
        select part.GetSingleElementValue();
}
