namespace MiniK8s.Api.Codecs;

/// <summary>A document that cannot be read, whatever the strictness; the message is the one Kubernetes gives.</summary>
public sealed class CodecException(string message, Exception? cause = null) : Exception(message, cause);
