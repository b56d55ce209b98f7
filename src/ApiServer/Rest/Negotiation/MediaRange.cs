using System.Globalization;

namespace MiniK8s.ApiServer.Rest.Negotiation;

/// <summary>One clause of an Accept header, or a Content-Type.</summary>
/// <param name="Type">Lower case, with its subtype: <c>application/json</c>, <c>*/*</c>.</param>
/// <param name="Parameters">Without q; names in lower case.</param>
/// <param name="Quality">0 to 1.</param>
internal sealed record MediaRange(string Type, IReadOnlyDictionary<string, string> Parameters, double Quality)
{
    /// <summary>The header's clauses, the most wanted first, those of equal quality in the header's order; clauses without sense are left out.</summary>
    public static IReadOnlyList<MediaRange> ParseAccept(string? header) =>
        [.. (header ?? "").Split(',').Select(Parse).OfType<MediaRange>().Where(range => range.Quality > 0).OrderByDescending(range => range.Quality)];

    /// <summary>One clause; null where it is empty.</summary>
    public static MediaRange? Parse(string? clause)
    {
        var parts = (clause ?? "").Split(';', StringSplitOptions.TrimEntries);
        if (parts[0].Length == 0) return null;

        var parameters = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var part in parts.Skip(1))
        {
            var equals = part.IndexOf('=');
            if (equals > 0) parameters[part[..equals].Trim().ToLowerInvariant()] = part[(equals + 1)..].Trim().Trim('"');
        }
        return new(parts[0].ToLowerInvariant(), parameters, parameters.Remove("q", out var quality) ? Number(quality) : 1);
    }

    /// <summary>A parameter's value, "" when it is not given.</summary>
    public string this[string parameter] => Parameters.GetValueOrDefault(parameter, "");

    /// <summary>Whether a media type falls within this range.</summary>
    public bool Matches(string mediaType) =>
        Type == mediaType || Type == "*/*"
        || (Type.EndsWith("/*", StringComparison.Ordinal) && mediaType.StartsWith(Type[..^1], StringComparison.Ordinal));

    private static double Number(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) ? Math.Min(value, 1) : 0;
}
