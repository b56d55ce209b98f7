using YamlDotNet.Core;
using YamlDotNet.Serialization;

namespace MiniK8s.Client.Connection.Yaml;

// The part of a kubeconfig we use, field for field.
internal sealed class KubeConfigDocument
{
    [YamlMember(Alias = "current-context")]
    public string CurrentContext { get; set; } = "";

    [YamlMember(Alias = "clusters")]
    public List<NamedCluster> Clusters { get; set; } = [];

    [YamlMember(Alias = "contexts")]
    public List<NamedContext> Contexts { get; set; } = [];

    [YamlMember(Alias = "users")]
    public List<NamedUser> Users { get; set; } = [];

    public static KubeConfigDocument Parse(string yaml)
    {
        try
        {
            return new DeserializerBuilder().IgnoreUnmatchedProperties().Build().Deserialize<KubeConfigDocument?>(yaml)
                ?? throw new KubeConfigException("kubeconfig is empty");
        }
        catch (YamlException ex)
        {
            throw new KubeConfigException($"kubeconfig is not valid YAML at line {ex.Start.Line}: {ex.Message}", ex);
        }
    }
}

internal interface INamedEntry
{
    string Name { get; }
}

internal sealed class NamedCluster : INamedEntry
{
    [YamlMember(Alias = "name")]
    public string Name { get; set; } = "";

    [YamlMember(Alias = "cluster")]
    public ClusterEntry Cluster { get; set; } = new();
}

internal sealed class ClusterEntry
{
    [YamlMember(Alias = "server")]
    public string Server { get; set; } = "";

    [YamlMember(Alias = "certificate-authority")]
    public string CertificateAuthority { get; set; } = "";

    [YamlMember(Alias = "certificate-authority-data")]
    public string CertificateAuthorityData { get; set; } = "";
}

internal sealed class NamedContext : INamedEntry
{
    [YamlMember(Alias = "name")]
    public string Name { get; set; } = "";

    [YamlMember(Alias = "context")]
    public ContextEntry Context { get; set; } = new();
}

internal sealed class ContextEntry
{
    [YamlMember(Alias = "cluster")]
    public string Cluster { get; set; } = "";

    [YamlMember(Alias = "user")]
    public string User { get; set; } = "";
}

internal sealed class NamedUser : INamedEntry
{
    [YamlMember(Alias = "name")]
    public string Name { get; set; } = "";

    [YamlMember(Alias = "user")]
    public UserEntry User { get; set; } = new();
}

internal sealed class UserEntry
{
    [YamlMember(Alias = "client-certificate")]
    public string ClientCertificate { get; set; } = "";

    [YamlMember(Alias = "client-certificate-data")]
    public string ClientCertificateData { get; set; } = "";

    [YamlMember(Alias = "client-key")]
    public string ClientKey { get; set; } = "";

    [YamlMember(Alias = "client-key-data")]
    public string ClientKeyData { get; set; } = "";

    [YamlMember(Alias = "token")]
    public string Token { get; set; } = "";
}
