namespace MiniK8s.Api.Quantities;

/// <summary>A text is no quantity; the message is the one Kubernetes gives.</summary>
public sealed class QuantityFormatException(string message) : FormatException(message)
{
    internal const string Wrong = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
    internal const string Suffix = "unable to parse quantity's suffix";
}
