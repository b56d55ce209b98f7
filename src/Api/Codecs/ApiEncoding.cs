namespace MiniK8s.Api.Codecs;

/// <summary>The three ways a document travels.</summary>
public enum ApiEncoding
{
    /// <summary>application/json</summary>
    Json,

    /// <summary>application/yaml</summary>
    Yaml,

    /// <summary>application/vnd.kubernetes.protobuf</summary>
    Protobuf,
}
