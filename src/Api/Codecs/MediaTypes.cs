namespace MiniK8s.Api.Codecs;

/// <summary>Media types of the API.</summary>
public static class MediaTypes
{
    /// <summary>JSON.</summary>
    public const string Json = "application/json";

    /// <summary>YAML.</summary>
    public const string Yaml = "application/yaml";

    /// <summary>Protobuf in Kubernetes' envelope.</summary>
    public const string Protobuf = "application/vnd.kubernetes.protobuf";

    /// <summary>RFC 6902.</summary>
    public const string JsonPatch = "application/json-patch+json";

    /// <summary>RFC 7386.</summary>
    public const string MergePatch = "application/merge-patch+json";

    /// <summary>Kubernetes' own patch.</summary>
    public const string StrategicMergePatch = "application/strategic-merge-patch+json";

    /// <summary>Server-side apply.</summary>
    public const string ApplyPatch = "application/apply-patch+yaml";

    /// <summary>What bodies and answers may be, in the order errors list them.</summary>
    public static IReadOnlyList<string> Bodies { get; } = [Json, Yaml, Protobuf];

    /// <summary>The media type without its parameters, in lower case.</summary>
    public static string WithoutParameters(string mediaType) => mediaType.Split(';', 2)[0].Trim().ToLowerInvariant();

    /// <summary>The encoding of a Content-Type; an empty one is JSON.</summary>
    public static bool TryGetEncoding(string? contentType, out ApiEncoding encoding)
    {
        (var known, encoding) = WithoutParameters(contentType ?? "") switch
        {
            "" or Json => (true, ApiEncoding.Json),
            Yaml => (true, ApiEncoding.Yaml),
            Protobuf => (true, ApiEncoding.Protobuf),
            _ => (false, default),
        };
        return known;
    }

    /// <summary>The media type of an encoding.</summary>
    public static string Of(ApiEncoding encoding) => encoding switch
    {
        ApiEncoding.Json => Json,
        ApiEncoding.Yaml => Yaml,
        ApiEncoding.Protobuf => Protobuf,
        _ => throw new ArgumentOutOfRangeException(nameof(encoding), encoding, null),
    };
}
