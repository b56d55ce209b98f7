namespace MiniK8s.Api.Selectors;

/// <summary>A selector that cannot be read; the message is the one Kubernetes gives (a 400 over the API).</summary>
public sealed class SelectorException(string message) : FormatException(message);
