using System.Globalization;
using System.Text;
using System.Text.Json;

namespace MiniK8s.Api.Codecs;

/// <summary>Where a JSON reader is in a document, and what it has objected to so far.</summary>
internal sealed class JsonReading(ReadOnlyMemory<byte> source)
{
    private const int MaxStrictErrors = 100;

    private readonly List<Step> _path = [];
    private readonly List<string> _strictErrors = [];

    /// <summary>The document; raw values are cut out of it.</summary>
    public ReadOnlyMemory<byte> Source => source;

    public IReadOnlyList<string> StrictErrors => _strictErrors;

    /// <summary>Name of the innermost struct being read, for type errors; empty at the top.</summary>
    public string Struct { get; set; } = "";

    public void EnterField(string name) => _path.Add(new(name, Index: -1, IsField: true));

    public void EnterKey(string key) => _path.Add(new(key, Index: -1, IsField: false));

    public void EnterIndex(int index) => _path.Add(new("", index, IsField: false));

    public void Leave() => _path.RemoveAt(_path.Count - 1);

    public void Unknown(string name) => Object("unknown", name);

    public void Duplicate(string name) => Object("duplicate", name);

    /// <summary>Refuses a value of the wrong JSON type, in the words of Go's decoder.</summary>
    public CodecException Mismatch(ref Utf8JsonReader reader, string goType)
    {
        var target = Struct.Length == 0 ? "Go value" : $"Go struct field {Struct}.{string.Join('.', _path.Where(s => s.IsField).Select(s => s.Name))}";
        return new($"json: cannot unmarshal {Describe(ref reader, goType)} into {target} of type {goType}");
    }

    public static string TokenName(JsonTokenType token) => token switch
    {
        JsonTokenType.String => "string",
        JsonTokenType.Number => "number",
        JsonTokenType.True or JsonTokenType.False => "bool",
        JsonTokenType.StartObject => "object",
        JsonTokenType.StartArray => "array",
        _ => "null",
    };

    /// <summary>The string at the reader, or a refusal of one that is no Unicode text.</summary>
    public static string Text(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException ex)
        {
            throw new CodecException("invalid UTF-8 in string literal", ex);
        }
    }

    /// <summary>Refuses a property name that is no Unicode text, before it is compared with anything: that would be our failure.</summary>
    public static void CheckName(ref Utf8JsonReader reader)
    {
        if (reader.ValueIsEscaped) Text(ref reader);
    }

    private static string Describe(ref Utf8JsonReader reader, string goType) =>
        reader.TokenType == JsonTokenType.Number && goType.StartsWith("int", StringComparison.Ordinal)
            ? "number " + Encoding.UTF8.GetString(reader.ValueSpan)
            : TokenName(reader.TokenType);

    private void Object(string fault, string name)
    {
        if (_strictErrors.Count >= MaxStrictErrors) return;
        var error = $"{fault} field \"{PathTo(name)}\"";
        if (!_strictErrors.Contains(error)) _strictErrors.Add(error);
    }

    private string PathTo(string name)
    {
        var path = new StringBuilder();
        foreach (var step in _path)
        {
            if (step.Index >= 0) path.Append(CultureInfo.InvariantCulture, $"[{step.Index}]");
            else path.Append(path.Length == 0 ? "" : ".").Append(step.Name);
        }
        return path.Append(path.Length == 0 ? "" : ".").Append(name).ToString();
    }

    private readonly record struct Step(string Name, int Index, bool IsField);
}
