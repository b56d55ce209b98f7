using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

using MiniK8s.ApiServer.Authentication.Tokens;

namespace MiniK8s.ApiServer;

/// <summary>The apiserver's settings besides those of every process.</summary>
internal sealed class ApiServerOptions : IValidatableObject
{
    /// <summary>The members of the store, any etcd v3 server, http or https URLs. Default: http://127.0.0.1:2379.</summary>
    [Description("URLs of the store's members, any etcd v3 server")]
    public IReadOnlyList<string> EtcdServers { get; set; } = ["http://127.0.0.1:2379"];

    /// <summary>The port of REST and gRPC over TLS; 0 is any free one. Default: 6443.</summary>
    [Description("port for REST and gRPC over TLS")]
    [Range(0, 65535)]
    public int SecurePort { get; set; } = 6443;

    /// <summary>The loopback port of gRPC without TLS, where everybody is administrator; -1 is any free one, 0 turns it off. Default: 6444.</summary>
    [Description("loopback port for gRPC without TLS, as administrator; 0 turns it off, -1 is any free one")]
    [Range(-1, 65535)]
    public int InsecureGrpcPort { get; set; } = 6444;

    /// <summary>The server's certificate, PEM. Default: one of its own making, for trials.</summary>
    [Description("server certificate, PEM; without it the server makes one itself")]
    public string? TlsCertFile { get; set; }

    /// <summary>The certificate's key, PEM.</summary>
    [Description("the server certificate's key, PEM")]
    public string? TlsPrivateKeyFile { get; set; }

    /// <summary>Who may sign client certificates, PEM. Default: nobody, so that everyone on the TLS port is anonymous.</summary>
    [Description("CA of client certificates, PEM")]
    public string? ClientCaFile { get; set; }

    /// <summary>The client certificate for kubelets, PEM.</summary>
    [Description("client certificate for kubelets, PEM")]
    public string? KubeletClientCertificate { get; set; }

    /// <summary>Its key, PEM.</summary>
    [Description("the kubelet client certificate's key, PEM")]
    public string? KubeletClientKey { get; set; }

    /// <summary>Who makes the tokens of service accounts: their claim <c>iss</c>. Default: https://kubernetes.default.svc.cluster.local.</summary>
    [Description("issuer of service accounts' tokens, as the tokens name it")]
    public string ServiceAccountIssuer { get; set; } = "https://kubernetes.default.svc.cluster.local";

    /// <summary>The private key, RSA or ECDSA, PEM, that signs these tokens. Default: one of the server's own making, whose tokens end with it.</summary>
    [Description("private key that signs service accounts' tokens, PEM; without it the server makes one itself")]
    public string? ServiceAccountSigningKeyFile { get; set; }

    /// <summary>Further keys, public or private, whose signatures are accepted beside the signing key's, PEM; a file may hold several. Default: none.</summary>
    [Description("further keys whose signatures on tokens are accepted, PEM")]
    public IReadOnlyList<string> ServiceAccountKeyFile { get; set; } = [];

    /// <summary>The audiences of tokens that mean this server. Default: the issuer.</summary>
    [Description("audiences of tokens that mean this server; without it the issuer")]
    public IReadOnlyList<string> ApiAudiences { get; set; } = [];

    /// <summary>Where Services get their addresses. Default: 10.96.0.0/16.</summary>
    [Description("addresses of Services")]
    public string ServiceClusterIpRange { get; set; } = "10.96.0.0/16";

    /// <summary>How much history the store keeps; 0 leaves compaction to others. Default: 5 min.</summary>
    [Description("how much history the store keeps")]
    public TimeSpan EtcdCompactionInterval { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Reading requests worked on at once; more are told to come back. 0: any number. Default: 400.</summary>
    [Description("reading requests at once, those that last left out; 0 is no limit")]
    [Range(0, int.MaxValue)]
    public int MaxRequestsInflight { get; set; } = 400;

    /// <summary>Writing requests worked on at once. 0: any number. Default: 200.</summary>
    [Description("writing requests at once; 0 is no limit")]
    [Range(0, int.MaxValue)]
    public int MaxMutatingRequestsInflight { get; set; } = 200;

    /// <summary>Watches and other requests that last, of one user at once. 0: any number. Default: 5000.</summary>
    [Description("watches and other lasting requests of one user at once; 0 is no limit")]
    [Range(0, int.MaxValue)]
    public int MaxLongRunningRequestsPerUser { get; set; } = 5000;

    /// <summary>How long a request that should end by itself may take. Default: 1 min.</summary>
    [Description("how long a request may take, those that last left out")]
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How long a watch waits for its client to take one event before it is cut. Default: 30 s.</summary>
    [Description("how long a watch waits for its client to take an event")]
    public TimeSpan SlowClientTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (EtcdServers.Count == 0 || !EtcdServers.All(url => Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"))
        {
            yield return new ValidationResult("must be http or https URLs", [nameof(EtcdServers)]);
        }
        if (TlsCertFile is null != TlsPrivateKeyFile is null)
        {
            yield return new ValidationResult("certificate and key go together", [nameof(TlsCertFile), nameof(TlsPrivateKeyFile)]);
        }
        if (RequestTimeout <= TimeSpan.Zero) yield return new ValidationResult("must be more than nothing", [nameof(RequestTimeout)]);
        if (SlowClientTimeout <= TimeSpan.Zero) yield return new ValidationResult("must be more than nothing", [nameof(SlowClientTimeout)]);
        if (ServiceAccountIssuer.Length == 0) yield return new ValidationResult("must not be empty", [nameof(ServiceAccountIssuer)]);
        foreach (var (name, path) in new[]
        {
            (nameof(TlsCertFile), TlsCertFile), (nameof(TlsPrivateKeyFile), TlsPrivateKeyFile), (nameof(ClientCaFile), ClientCaFile),
            (nameof(KubeletClientCertificate), KubeletClientCertificate), (nameof(KubeletClientKey), KubeletClientKey),
        })
        {
            if (path is not null && !File.Exists(path)) yield return new ValidationResult($"there is no file {path}", [name]);
        }
        foreach (var (setting, fault) in TokenKeys.FaultsOf(this)) yield return new ValidationResult(fault, [setting]);
    }
}
