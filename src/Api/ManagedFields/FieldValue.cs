using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

using MiniK8s.Api.Codecs;
using MiniK8s.Api.Errors;
using MiniK8s.Protocol.IntStr;

namespace MiniK8s.Api.ManagedFields;

/// <summary>A scalar that names a list item: a string, long, double, bool or null.</summary>
/// <remarks>Ordered as Kubernetes orders them: numbers, strings, booleans, null, and each kind by its own order.</remarks>
internal readonly record struct FieldValue(object? Raw) : IComparable<FieldValue>
{
    private int Rank => Raw switch { long or double => 0, string => 1, bool => 2, _ => 3 };

    /// <summary>What a message's field holds: also the two sides of an IntOrString.</summary>
    /// <exception cref="NotSupportedException">The value is no scalar.</exception>
    public static FieldValue Of(object? value) => value switch
    {
        null or string or long or double or bool => new(value),
        int number => new((long)number),
        IntOrString { Type: 0 } either => new((long)either.IntVal),
        IntOrString either => new(either.StrVal),
        _ => throw new NotSupportedException($"{value.GetType()} names no list item."),
    };

    /// <summary>What a JSON document holds; false for objects, lists and null.</summary>
    /// <exception cref="JsonException">A number beyond all range.</exception>
    public static bool TryRead(JsonNode? node, out FieldValue value)
    {
        value = default;
        if (node is not JsonValue scalar) return false;
        switch (scalar.GetValueKind())
        {
            case JsonValueKind.String: value = new(scalar.GetValue<string>()); return true;
            case JsonValueKind.True: value = new(true); return true;
            case JsonValueKind.False: value = new(false); return true;
            case JsonValueKind.Number: value = new(scalar.TryGetValue<long>(out var integer) ? integer : Double(scalar)); return true;
            default: return false;
        }
    }

    /// <summary>The reader's current token; it must be a scalar.</summary>
    /// <exception cref="JsonException">An object or a list.</exception>
    public static FieldValue Read(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.String => new(JsonReading.Text(ref reader)),
        JsonTokenType.True => new(true),
        JsonTokenType.False => new(false),
        JsonTokenType.Number => new(reader.TryGetInt64(out var integer) ? integer : Finite(reader.GetDouble())),
        JsonTokenType.Null => default,
        _ => throw new JsonException("a scalar was expected"),
    };

    public void Write(Utf8JsonWriter writer)
    {
        switch (Raw)
        {
            case string text: writer.WriteStringValue(text); break;
            case long integer: writer.WriteNumberValue(integer); break;
            case double number: writer.WriteNumberValue(number); break;
            case bool flag: writer.WriteBooleanValue(flag); break;
            default: writer.WriteNullValue(); break;
        }
    }

    public int CompareTo(FieldValue other)
    {
        if (Rank != other.Rank) return Rank.CompareTo(other.Rank);
        return (Raw, other.Raw) switch
        {
            (string a, string b) => string.CompareOrdinal(a, b),
            (long a, long b) => a.CompareTo(b),
            (bool a, bool b) => a.CompareTo(b),
            (null, null) => 0,
            var (a, b) => Convert.ToDouble(a, CultureInfo.InvariantCulture).CompareTo(Convert.ToDouble(b, CultureInfo.InvariantCulture)),
        };
    }

    /// <summary>As paths in messages show it: strings quoted, everything else bare.</summary>
    public override string ToString() => Raw switch
    {
        string text => GoText.Quote(text),
        bool flag => flag ? "true" : "false",
        null => "null",
        _ => Convert.ToString(Raw, CultureInfo.InvariantCulture)!,
    };

    private static object Double(JsonValue scalar) => Finite(double.Parse(scalar.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture));

    // JSON cannot write back what is beyond a double's range.
    private static object Finite(double number) => double.IsFinite(number) ? number : throw new JsonException("a number is out of range");
}
