using System.Globalization;
using System.Net;

namespace MiniK8s.Hosting.Flags;

/// <summary>Turns a flag's text into its property's type. A failure is a FormatException that says what would have been right.</summary>
internal static class FlagValue
{
    public static object Parse(Type type, string text)
    {
        var wanted = Nullable.GetUnderlyingType(type) ?? type;
        if (wanted == typeof(string)) return text;
        if (wanted == typeof(bool)) return bool.TryParse(text, out var isTrue) ? isTrue : throw new FormatException("is neither true nor false");
        if (wanted == typeof(TimeSpan)) return Duration.Parse(text);
        if (wanted == typeof(IPAddress)) return IPAddress.TryParse(text, out var address) ? address : throw new FormatException("is not an IP address");
        if (wanted == typeof(Uri)) return Uri.TryCreate(text, UriKind.Absolute, out var uri) ? uri : throw new FormatException("is not an absolute URL");
        if (wanted.IsEnum) return ParseEnum(wanted, text);
        if (wanted == typeof(string[]) || wanted == typeof(IReadOnlyList<string>)) return text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return ParseNumber(wanted, text);
    }

    private static object ParseEnum(Type type, string text)
    {
        var names = Enum.GetNames(type);
        var name = Array.Find(names, each => FlagName.Normalize(each) == FlagName.Normalize(text));
        return name is not null ? Enum.Parse(type, name) : throw new FormatException($"is none of {string.Join(", ", names.Select(FlagName.Of))}");
    }

    private static object ParseNumber(Type type, string text)
    {
        try
        {
            return Convert.ChangeType(text, type, CultureInfo.InvariantCulture);
        }
        catch (Exception ex) when (ex is FormatException or OverflowException)
        {
            throw new FormatException(type == typeof(double) ? "is not a number" : $"is not a whole number that fits ({type.Name})");
        }
    }
}
