using System.Text.Json;
using System.Text.Json.Serialization;

namespace MiniK8s.ApiServer.Authentication.Tokens;

/// <summary>What a service account's token says: the payload of the JWT (RFC 7519), with Kubernetes' own claim.</summary>
/// <remarks>Source: pkg/serviceaccount/claims.go of Kubernetes. Times are seconds since 1970.</remarks>
internal sealed record TokenClaims
{
    /// <summary>For whom it is meant.</summary>
    [JsonPropertyName("aud")]
    public IReadOnlyList<string> Audiences { get; init; } = [];

    /// <summary>When it ends.</summary>
    [JsonPropertyName("exp")]
    public long Expires { get; init; }

    /// <summary>When it was made.</summary>
    [JsonPropertyName("iat")]
    public long IssuedAt { get; init; }

    /// <summary>Who made it.</summary>
    [JsonPropertyName("iss")]
    public string Issuer { get; init; } = "";

    /// <summary>Which token it is; no two have the same.</summary>
    [JsonPropertyName("jti")]
    public string Id { get; init; } = "";

    /// <summary>To what in the cluster it belongs.</summary>
    [JsonPropertyName("kubernetes.io")]
    public TokenBinding? Kubernetes { get; init; }

    /// <summary>When it begins.</summary>
    [JsonPropertyName("nbf")]
    public long NotBefore { get; init; }

    /// <summary>The account's user name.</summary>
    [JsonPropertyName("sub")]
    public string Subject { get; init; } = "";

    // A token without what it must have is none, whoever signed it.
    private static readonly JsonSerializerOptions Strict = new() { RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true };

    /// <summary>The payload's text.</summary>
    public string ToJson() => JsonSerializer.Serialize(this);

    /// <summary>Reads a payload; throws <see cref="JsonException"/> for one of another shape.</summary>
    public static TokenClaims Parse(ReadOnlySpan<byte> payload) => JsonSerializer.Deserialize<TokenClaims>(payload, Strict) ?? throw new JsonException("null");
}

/// <summary>What must live for the token to be good.</summary>
/// <param name="Namespace">The account's, and its pod's or secret's.</param>
/// <param name="Account">The service account.</param>
internal sealed record TokenBinding(
    [property: JsonPropertyName("namespace")] string Namespace,
    [property: JsonPropertyName("serviceaccount")] TokenReference Account)
{
    /// <summary>The node the token is bound to, or on which its pod runs.</summary>
    [JsonPropertyName("node"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TokenReference? Node { get; init; }

    /// <summary>The pod the token is bound to.</summary>
    [JsonPropertyName("pod"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TokenReference? Pod { get; init; }

    /// <summary>The secret the token is bound to.</summary>
    [JsonPropertyName("secret"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TokenReference? Secret { get; init; }
}

/// <summary>One very object.</summary>
internal sealed record TokenReference([property: JsonPropertyName("name")] string Name, [property: JsonPropertyName("uid")] string Uid);
