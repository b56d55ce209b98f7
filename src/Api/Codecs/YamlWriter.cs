using System.Text;
using System.Text.Json;

namespace MiniK8s.Api.Codecs;

/// <summary>Writes JSON as YAML in Kubernetes' manner: keys sorted, lists at their key's indentation, text of several lines as a block.</summary>
internal sealed class YamlWriter
{
    private const string Indicators = "-?:,[]{}#&*!|>'\"%@`";

    private readonly StringBuilder _output = new();

    public static string Convert(JsonElement root)
    {
        var writer = new YamlWriter();
        if (IsBlock(root)) writer.Block(root, indent: 0, isFirstLineOpen: true);
        else writer.Flow(root, 0);
        return writer._output.ToString();
    }

    private static bool IsBlock(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => value.EnumerateObject().Any(),
        JsonValueKind.Array => value.GetArrayLength() > 0,
        _ => false,
    };

    /// <param name="value">A list or an object that is not empty.</param>
    /// <param name="indent">Blanks before each line.</param>
    /// <param name="isFirstLineOpen">The first line's blanks are already written.</param>
    private void Block(JsonElement value, int indent, bool isFirstLineOpen)
    {
        if (value.ValueKind == JsonValueKind.Array) foreach (var item in value.EnumerateArray())
        {
            Indent(indent, ref isFirstLineOpen);
            _output.Append("- ");
            if (IsBlock(item)) Block(item, indent + 2, isFirstLineOpen: true);
            else Flow(item, indent);
        }
        else foreach (var property in value.EnumerateObject().OrderBy(p => p.Name, StringComparer.Ordinal))
        {
            Indent(indent, ref isFirstLineOpen);
            _output.Append(Inline(property.Name)).Append(':');
            Property(property.Value, indent);
        }
    }

    private void Property(JsonElement value, int indent)
    {
        if (IsBlock(value))
        {
            _output.Append('\n');
            Block(value, value.ValueKind == JsonValueKind.Array ? indent : indent + 2, isFirstLineOpen: false);
            return;
        }
        _output.Append(' ');
        Flow(value, indent);
    }

    private void Flow(JsonElement value, int indent)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object: _output.Append("{}\n"); break;
            case JsonValueKind.Array: _output.Append("[]\n"); break;
            case JsonValueKind.String: Text(value.GetString()!, indent + 2); break;
            default: _output.Append(value.GetRawText()).Append('\n'); break;
        }
    }

    private void Text(string text, int indent)
    {
        if (!IsLiteral(text))
        {
            _output.Append(Inline(text)).Append('\n');
            return;
        }
        var body = text.TrimEnd('\n');
        _output.Append((text.Length - body.Length) switch { 0 => "|-\n", 1 => "|\n", _ => "|+\n" });
        foreach (var line in body.Split('\n')) _output.Append(' ', line.Length == 0 ? 0 : indent).Append(line).Append('\n');
        _output.Append('\n', int.Max(0, text.Length - body.Length - 1));
    }

    // A block keeps text as it is, but cannot begin with blanks or hold what does not print.
    private static bool IsLiteral(string text) =>
        text.Contains('\n', StringComparison.Ordinal) && text.Trim('\n').Length > 0 && text[0] is not (' ' or '\n' or '\t')
        && !text.Any(c => c != '\n' && !IsPrintable(c)) && !text.Contains(" \n", StringComparison.Ordinal) && text[^1] != ' ';

    private static string Inline(string text)
    {
        if (text.Length == 0 || YamlScalars.NeedsQuotes(text) || text.Any(c => !IsPrintable(c))) return DoubleQuoted(text);
        return IsPlain(text) ? text : $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";
    }

    private static bool IsPlain(string text) =>
        text[0] != ' ' && text[^1] is not (' ' or ':') && !StartsWithIndicator(text)
        && !text.Contains(": ", StringComparison.Ordinal) && !text.Contains(" #", StringComparison.Ordinal)
        && !text.StartsWith("---", StringComparison.Ordinal) && !text.StartsWith("...", StringComparison.Ordinal);

    private static bool StartsWithIndicator(string text) =>
        Indicators.Contains(text[0], StringComparison.Ordinal) && !(text[0] is '-' or '?' or ':' && text.Length > 1 && text[1] != ' ');

    private static bool IsPrintable(char c) => c is not (< ' ' or '\u007f' or '\u0085' or '\u2028' or '\u2029' or '\ufeff' or (> '\u007f' and < '\u00a0'));

    private static string DoubleQuoted(string text)
    {
        var quoted = new StringBuilder(text.Length + 2).Append('"');
        foreach (var c in text)
        {
            _ = c switch
            {
                '"' => quoted.Append("\\\""),
                '\\' => quoted.Append("\\\\"),
                '\n' => quoted.Append("\\n"),
                '\r' => quoted.Append("\\r"),
                '\t' => quoted.Append("\\t"),
                _ when !IsPrintable(c) => quoted.Append(System.Globalization.CultureInfo.InvariantCulture, $"\\u{(int)c:X4}"),
                _ => quoted.Append(c),
            };
        }
        return quoted.Append('"').ToString();
    }

    private void Indent(int indent, ref bool isFirstLineOpen)
    {
        if (!isFirstLineOpen) _output.Append(' ', indent);
        isFirstLineOpen = false;
    }
}
