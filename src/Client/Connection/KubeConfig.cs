using MiniK8s.Client.Connection.Yaml;

namespace MiniK8s.Client.Connection;

/// <summary>Where the apiserver is and who we are to it, as a kubeconfig's current context says.</summary>
/// <param name="Server">The apiserver's base address; <c>http</c> means HTTP/2 without TLS.</param>
/// <param name="CertificateAuthorityPem">The certificates that may vouch for the server; null leaves it to the machine's own.</param>
/// <param name="ClientCertificatePem">Our certificate; null without one.</param>
/// <param name="ClientKeyPem">The key of <paramref name="ClientCertificatePem"/>; null exactly when that is.</param>
/// <param name="Token">A bearer token; null without one.</param>
public sealed record KubeConfig(
    Uri Server, string? CertificateAuthorityPem = null, string? ClientCertificatePem = null, string? ClientKeyPem = null, string? Token = null)
{
    /// <summary>Reads a kubeconfig file; relative paths in it are relative to it.</summary>
    /// <exception cref="KubeConfigException">The file cannot be read or does not name a server; the message says what to mend.</exception>
    public static KubeConfig Load(string path)
    {
        try
        {
            return Parse(File.ReadAllText(path), Path.GetDirectoryName(Path.GetFullPath(path)) ?? ".");
        }
        catch (Exception ex) when (ex is IOException or UnauthorizedAccessException)
        {
            throw new KubeConfigException($"cannot read kubeconfig {path}: {ex.Message}", ex);
        }
    }

    /// <summary>Reads a kubeconfig's text.</summary>
    /// <param name="yaml">The document.</param>
    /// <param name="folder">What relative paths in it are relative to.</param>
    public static KubeConfig Parse(string yaml, string folder)
    {
        var document = KubeConfigDocument.Parse(yaml);
        var context = Named(document.Contexts, document.CurrentContext, "context").Context;
        var cluster = Named(document.Clusters, context.Cluster, "cluster").Cluster;
        var user = context.User.Length == 0 ? new UserEntry() : Named(document.Users, context.User, "user").User;
        if (!Uri.TryCreate(cluster.Server, UriKind.Absolute, out var server) || server.Scheme is not ("http" or "https"))
            throw new KubeConfigException($"cluster \"{context.Cluster}\" has no usable server: \"{cluster.Server}\"");

        var certificate = Pem(user.ClientCertificateData, user.ClientCertificate, folder, "client-certificate");
        var key = Pem(user.ClientKeyData, user.ClientKey, folder, "client-key");
        if (certificate is null != key is null)
            throw new KubeConfigException($"user \"{context.User}\" needs client-certificate and client-key together");
        var authority = Pem(cluster.CertificateAuthorityData, cluster.CertificateAuthority, folder, "certificate-authority");
        return new KubeConfig(server, authority, certificate, key, user.Token.Length == 0 ? null : user.Token);
    }

    private static TEntry Named<TEntry>(IReadOnlyList<TEntry> entries, string name, string what)
        where TEntry : INamedEntry =>
        entries.FirstOrDefault(entry => entry.Name == name)
            ?? throw new KubeConfigException($"kubeconfig has no {what} named \"{name}\"");

    // The inline form wins over the file, as in kubectl.
    private static string? Pem(string data, string file, string folder, string what)
    {
        try
        {
            if (data.Length > 0) return System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(data));
            return file.Length > 0 ? File.ReadAllText(Path.Combine(folder, file)) : null;
        }
        catch (Exception ex) when (ex is FormatException or IOException or UnauthorizedAccessException)
        {
            throw new KubeConfigException($"cannot read {what}: {ex.Message}", ex);
        }
    }
}
