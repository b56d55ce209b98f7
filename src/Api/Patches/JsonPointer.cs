using System.Globalization;

namespace MiniK8s.Api.Patches;

/// <summary>RFC 6901: a path into a JSON document.</summary>
internal static class JsonPointer
{
    /// <summary>The unescaped steps; none for the whole document.</summary>
    /// <exception cref="PatchException">Rejected: it does not begin with a slash.</exception>
    public static string[] Parse(string pointer)
    {
        if (pointer.Length == 0) return [];
        if (pointer[0] != '/') throw new PatchException(PatchFault.Rejected, $"invalid path \"{pointer}\"");
        return [.. pointer[1..].Split('/').Select(Unescape)];
    }

    /// <summary>A list's index; a negative one never is.</summary>
    public static int Index(string step, int count)
    {
        var isCanonical = step == "0" || (step.Length > 0 && step[0] != '0' && step.All(char.IsAsciiDigit));
        if (isCanonical && int.TryParse(step, CultureInfo.InvariantCulture, out var index) && index < count) return index;
        throw new PatchException(PatchFault.Rejected, $"no index \"{step}\" in a list of {count}");
    }

    private static string Unescape(string step) =>
        step.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
}
