using System.Globalization;

using MiniK8s.Api.Errors;

namespace MiniK8s.ApiServer.Rest.Parameters;

/// <summary>The query string's values, read as Kubernetes reads them; the first counts where one is repeated.</summary>
internal static class QueryValues
{
    /// <summary>The text; "" when it is not given.</summary>
    public static string Text(this IQueryCollection query, string name) => query[name].FirstOrDefault() ?? "";

    /// <summary>False when it is not given, <c>false</c> or <c>0</c>; anything else, also nothing after the name, is true.</summary>
    public static bool Flag(this IQueryCollection query, string name) => query.OptionalFlag(name) ?? false;

    /// <summary>Null when it is not given.</summary>
    public static bool? OptionalFlag(this IQueryCollection query, string name) =>
        query.ContainsKey(name) ? !(query.Text(name) is "0" || query.Text(name).Equals("false", StringComparison.OrdinalIgnoreCase)) : null;

    /// <summary>Null when it is not given.</summary>
    /// <exception cref="ApiException">400: it is no integer.</exception>
    public static long? Integer(this IQueryCollection query, string name)
    {
        if (!query.ContainsKey(name)) return null;

        var text = query.Text(name);
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)) return value;

        var isNumber = text.TrimStart('+', '-') is { Length: > 0 } digits && digits.All(char.IsAsciiDigit);
        throw StatusErrors.BadRequest($"strconv.ParseInt: parsing {GoText.Quote(text)}: {(isNumber ? "value out of range" : "invalid syntax")}");
    }
}
