using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

using MiniK8s.Api.Codecs;

namespace MiniK8s.Api.ManagedFields;

/// <summary>One step of a path into an object: a field or map key, a list item by its keys, by its value, or by its index.</summary>
/// <remarks>
/// form                               | means                             | in messages
/// -----------------------------------+-----------------------------------+---------------
/// f:image                            | the field or map key image        | .image
/// k:{"containerPort":80,...}         | the item of a list of type map    | [containerPort=80,protocol="TCP"]
/// v:"example.com/hold"               | the item of a list of type set    | [="example.com/hold"]
/// i:3                                | the item at an index              | [3]
/// Two elements are the same when their forms are. Order: fields, keys, values, indexes; each by its content.
/// </remarks>
internal sealed class PathElement : IComparable<PathElement>, IEquatable<PathElement>
{
    private static readonly JsonReaderOptions Reading = new() { MaxDepth = JsonCodec.MaxDepth };

    private readonly char _kind;
    private readonly string? _name;
    private readonly KeyField[] _keys = [];
    private readonly FieldValue _value;

    private PathElement(char kind, string form, string? name = null, KeyField[]? keys = null, FieldValue value = default)
    {
        (_kind, Form, _name, _keys, _value) = (kind, form, name, keys ?? [], value);
    }

    /// <summary>As it stands in FieldsV1.</summary>
    public string Form { get; }

    /// <summary>The field's name; null for list items.</summary>
    public string? FieldName => _name;

    /// <summary>A field of a struct, or a key of a map.</summary>
    public static PathElement Field(string name) => new('f', "f:" + name, name);

    /// <summary>A list item by the values of its keys, in any order.</summary>
    public static PathElement Keyed(params ReadOnlySpan<KeyField> keys)
    {
        var sorted = keys.ToArray();
        if (sorted.Length > 1) Array.Sort(sorted, static (a, b) => string.CompareOrdinal(a.Name, b.Name));
        return new('k', "k:" + Json(writer =>
        {
            writer.WriteStartObject();
            foreach (var key in sorted)
            {
                writer.WritePropertyName(key.Name);
                key.Value.Write(writer);
            }
            writer.WriteEndObject();
        }), keys: sorted);
    }

    /// <summary>A list item by its value.</summary>
    public static PathElement Item(FieldValue value) => new('v', "v:" + Json(value.Write), value: value);

    /// <summary>A list item by its place.</summary>
    public static PathElement Index(long index) =>
        new('i', "i:" + index.ToString(CultureInfo.InvariantCulture), value: new FieldValue(index));

    /// <summary>The element a form stands for; null for a form of a kind nobody knows, which readers pass over.</summary>
    /// <exception cref="CodecException">It is malformed.</exception>
    public static PathElement? Parse(string form)
    {
        if (form.Length < 2 || form[1] != ':') throw new CodecException($"malformed path element {Errors.GoText.Quote(form)}");
        var content = form[2..];
        try
        {
            return form[0] switch
            {
                'f' => new('f', form, content),
                'k' => Keyed(ReadKeys(content)),
                'v' => Item(ReadValue(content)),
                'i' => Index(long.Parse(content, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture)),
                _ => null,
            };
        }
        catch (Exception ex) when (ex is JsonException or FormatException or OverflowException)
        {
            throw new CodecException($"malformed path element {Errors.GoText.Quote(form)}", ex);
        }
    }

    public int CompareTo(PathElement? other)
    {
        if (other is null) return 1;
        if (ReferenceEquals(this, other)) return 0;
        if (_kind != other._kind) return Rank(_kind).CompareTo(Rank(other._kind));
        return _kind switch
        {
            'f' => string.CompareOrdinal(_name, other._name),
            'k' => CompareKeys(_keys, other._keys),
            _ => _value.CompareTo(other._value),
        };
    }

    public bool Equals(PathElement? other) => ReferenceEquals(this, other) || (other is not null && Form == other.Form);

    public override bool Equals(object? obj) => Equals(obj as PathElement);

    public override int GetHashCode() => Form.GetHashCode(StringComparison.Ordinal);

    /// <summary>As paths in messages show it.</summary>
    public override string ToString() => _kind switch
    {
        'f' => "." + _name,
        'k' => $"[{string.Join(',', _keys)}]",
        'v' => $"[={_value}]",
        _ => $"[{_value}]",
    };

    private static int Rank(char kind) => kind switch { 'f' => 0, 'k' => 1, 'v' => 2, _ => 3 };

    private static int CompareKeys(KeyField[] left, KeyField[] right)
    {
        for (var i = 0; i < int.Min(left.Length, right.Length); i++)
        {
            if (string.CompareOrdinal(left[i].Name, right[i].Name) is var byName and not 0) return byName;
            if (left[i].Value.CompareTo(right[i].Value) is var byValue and not 0) return byValue;
        }
        return left.Length.CompareTo(right.Length);
    }

    private static string Json(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(64);
        using (var writer = JsonCodec.NewWriter(buffer)) write(writer);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static KeyField[] ReadKeys(string json)
    {
        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(json), Reading);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) throw new JsonException("an object was expected");
        var keys = new SortedDictionary<string, FieldValue>(StringComparer.Ordinal);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = JsonReading.Text(ref reader);
            reader.Read();
            keys[name] = FieldValue.Read(ref reader);
        }
        if (reader.Read()) throw new JsonException("text behind the value");
        return [.. keys.Select(pair => new KeyField(pair.Key, pair.Value))];
    }

    private static FieldValue ReadValue(string json)
    {
        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(json), Reading);
        reader.Read();
        var value = FieldValue.Read(ref reader);
        if (reader.Read()) throw new JsonException("text behind the value");
        return value;
    }
}

/// <summary>One of the fields that name an item of a list of type map.</summary>
internal readonly record struct KeyField(string Name, FieldValue Value)
{
    public override string ToString() => $"{Name}={Value}";
}
