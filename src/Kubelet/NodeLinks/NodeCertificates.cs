using System.Security.Cryptography.X509Certificates;

namespace MiniK8s.Kubelet.NodeLinks;

/// <summary>By what kubelets know each other.</summary>
/// <remarks>
/// Nodes' addresses come and go and stand in no certificate, so a kubelet is known by who it is: the certificate comes from the authority and its
/// organization is <c>system:nodes</c>.
/// </remarks>
internal static class NodeCertificates
{
    private const string Nodes = "system:nodes";
    private const string Organization = "2.5.4.10";

    /// <summary>Whether it is a node's; who issued it is asked elsewhere.</summary>
    public static bool IsNodes(X509Certificate2 certificate) => certificate.SubjectName.EnumerateRelativeDistinguishedNames()
        .Any(name => !name.HasMultipleElements && name.GetSingleElementType().Value == Organization && name.GetSingleElementValue() == Nodes);

    /// <summary>The certificates that may vouch for others; none without a file.</summary>
    public static X509Certificate2Collection LoadAuthority(string? file)
    {
        var authority = new X509Certificate2Collection();
        if (file is not null) authority.ImportFromPemFile(file);
        return authority;
    }

    /// <summary>Whether one of the authority's issued it.</summary>
    public static bool IsFrom(X509Certificate2Collection authority, X509Certificate2 certificate)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.CustomTrustStore.AddRange(authority);
        return authority.Count > 0 && chain.Build(certificate);
    }
}
