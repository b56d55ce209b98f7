using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace MiniK8s.Api.Codecs;

/// <summary>What a plain YAML scalar means, as the YAML 1.1 reader behind kubectl and the API server sees it.</summary>
/// <remarks>
/// y, yes, on are true and n, no, off false; ~, null and nothing are null; 017 and 0o17 are octal, 0x1F hexadecimal, 0b1 binary, 1_000 is a
/// thousand. A time stays a string.
/// </remarks>
internal static partial class YamlScalars
{
    private static readonly HashSet<string> Trues =
        ["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"];

    private static readonly HashSet<string> Falses =
        ["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"];

    private static readonly HashSet<string> Nulls = ["", "~", "null", "Null", "NULL"];

    /// <summary>Null, a bool, a long, a ulong, a double, or the text itself.</summary>
    public static object? Resolve(string text) =>
        Nulls.Contains(text) ? null
        : Trues.Contains(text) ? true
        : Falses.Contains(text) ? false
        : Number(text) ?? text;

    public static object? Resolve(YamlNode.Scalar scalar) => scalar.Tag switch
    {
        "tag:yaml.org,2002:str" => scalar.Text,
        "tag:yaml.org,2002:binary" => Binary(scalar.Text),
        "" => scalar.IsPlain ? Resolve(scalar.Text) : scalar.Text,
        _ => Resolve(scalar.Text),
    };

    /// <summary>True when a plain scalar with this text would not be read back as the string it is.</summary>
    public static bool NeedsQuotes(string text) => Resolve(text) is not string || Timestamp().IsMatch(text) || Base60().IsMatch(text) || text == "<<";

    /// <summary>A scalar as a key of a JSON object.</summary>
    public static string Key(YamlNode node) => node switch
    {
        YamlNode.Scalar scalar => Resolve(scalar) switch
        {
            string text => text,
            bool flag => flag ? "true" : "false",
            IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
            _ => throw new CodecException("unsupported map key of type: invalid"),
        },
        YamlNode.Sequence => throw new CodecException("yaml: invalid map key: a sequence"),
        _ => throw new CodecException("yaml: invalid map key: a mapping"),
    };

    public static void Write(Utf8JsonWriter writer, YamlNode.Scalar scalar)
    {
        switch (Resolve(scalar))
        {
            case null: writer.WriteNullValue(); break;
            case bool flag: writer.WriteBooleanValue(flag); break;
            case long number: writer.WriteNumberValue(number); break;
            case ulong number: writer.WriteNumberValue(number); break;
            case double number: Write(writer, number); break;
            case var text: writer.WriteStringValue((string)text); break;
        }
    }

    private static void Write(Utf8JsonWriter writer, double number)
    {
        if (double.IsFinite(number)) writer.WriteNumberValue(number);
        else throw new CodecException($"json: unsupported value: {(double.IsNaN(number) ? "NaN" : number > 0 ? "+Inf" : "-Inf")}");
    }

    private static string Binary(string text)
    {
        try
        {
            return Encoding.UTF8.GetString(Convert.FromBase64String(text));
        }
        catch (FormatException ex)
        {
            throw new CodecException("yaml: !!binary value contains invalid base64 data", ex);
        }
    }

    private static object? Number(string text)
    {
        if (text[0] is not ((>= '0' and <= '9') or '-' or '+' or '.')) return null;
        switch (text)
        {
            case ".nan" or ".NaN" or ".NAN": return double.NaN;
            case ".inf" or ".Inf" or ".INF" or "+.inf" or "+.Inf" or "+.INF": return double.PositiveInfinity;
            case "-.inf" or "-.Inf" or "-.INF": return double.NegativeInfinity;
        }
        var plain = text.Replace("_", "", StringComparison.Ordinal);
        return Whole(plain) ?? (Float().IsMatch(plain) ? double.Parse(plain, CultureInfo.InvariantCulture) : null);
    }

    private static object? Whole(string text)
    {
        var isNegative = text[0] == '-';
        var digits = text[0] is '-' or '+' ? text[1..] : text;
        var (radix, skip) = digits switch
        {
            ['0', 'x' or 'X', ..] => (16, 2),
            ['0', 'o' or 'O', ..] => (8, 2),
            ['0', 'b' or 'B', ..] => (2, 2),
            ['0', _, ..] => (8, 1),
            _ => (10, 0),
        };
        if (ToInteger(digits[skip..], radix) is not { } magnitude) return null;
        var value = isNegative ? -magnitude : magnitude;
        if (value >= long.MinValue && value <= long.MaxValue) return (long)value;
        return value > 0 && value <= ulong.MaxValue ? (ulong)value : null;
    }

    private static BigInteger? ToInteger(string digits, int radix)
    {
        if (digits.Length is 0 or > 70) return null;
        var value = BigInteger.Zero;
        foreach (var c in digits)
        {
            var digit = char.IsAsciiHexDigit(c) ? Convert.ToInt32(c.ToString(), 16) : radix;
            if (digit >= radix) return null;
            value = value * radix + digit;
        }
        return value;
    }

    [GeneratedRegex(@"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\z")]
    private static partial Regex Float();

    [GeneratedRegex(@"^[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?\z")]
    private static partial Regex Base60();

    [GeneratedRegex(@"^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(([Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}.*)?\z")]
    private static partial Regex Timestamp();
}
