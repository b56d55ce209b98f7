using System.Collections;

using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;

using MiniK8s.Api.Objects;
using MiniK8s.Protocol.IntStr;
using MiniK8s.Protocol.Meta.V1;
using MiniK8s.Protocol.Runtime;

namespace MiniK8s.Api.Tests.Codecs;

/// <summary>Any message of a type, every field now set and now not; the same for the same seed.</summary>
internal sealed class RandomMessages(int seed)
{
    private static readonly string[] Texts = ["a", "true", "1.5", "", "no", "x: y", " lead", "two\nlines\n", "q\"'\\", "ünï😀", "<&>", "2020-01-01", "#", "-", "null"];
    private static readonly string[] Quantities = ["1", "100m", "128Mi", "1500m", "2Gi", "5e3"];

    private readonly Random _random = new(seed);

    public IMessage Next(MessageDescriptor type) => Normalizer.Normalize(Create(type, 0));

    private IMessage Create(MessageDescriptor type, int depth)
    {
        var message = type.Parser.ParseFrom(ByteString.Empty);
        foreach (var field in type.Fields.InDeclarationOrder())
        {
            if (_random.Next(depth < 4 ? 2 : 4) != 0) continue;
            if (field.IsMap) Fill((IDictionary)field.Accessor.GetValue(message), field.MessageType.FindFieldByNumber(2), depth);
            else if (field.IsRepeated) Fill((IList)field.Accessor.GetValue(message), field, depth);
            else field.Accessor.SetValue(message, Value(field, depth));
        }
        return message;
    }

    private void Fill(IDictionary map, FieldDescriptor value, int depth)
    {
        for (var i = _random.Next(3); i > 0; i--) map["k" + i + Texts[_random.Next(Texts.Length)]] = Value(value, depth);
    }

    private void Fill(IList list, FieldDescriptor item, int depth)
    {
        for (var i = _random.Next(3); i > 0; i--) list.Add(Value(item, depth));
    }

    private object Value(FieldDescriptor field, int depth) => field.FieldType switch
    {
        FieldType.String => Texts[_random.Next(Texts.Length)],
        FieldType.Bool => _random.Next(2) == 0,
        FieldType.Int32 => _random.Next(-3, 3) * 1_000_000,
        FieldType.Int64 => _random.NextInt64(),
        FieldType.Bytes => ByteString.CopyFromUtf8(Texts[_random.Next(Texts.Length)]),
        FieldType.Message => Message(field, depth),
        _ => throw new NotSupportedException(),
    };

    private object Message(FieldDescriptor field, int depth)
    {
        if (field.MessageType == StringValue.Descriptor) return Quantities[_random.Next(Quantities.Length)];
        if (field.MessageType == Timestamp.Descriptor)
            return new Timestamp { Seconds = _random.Next(1, int.MaxValue), Nanos = field.Options().MicroTime ? _random.Next(1_000_000) * 1000 : 0 };
        if (field.MessageType == IntOrString.Descriptor)
            return _random.Next(2) == 0 ? new IntOrString { IntVal = _random.Next(9) } : new IntOrString { Type = 1, StrVal = "25%" };
        if (field.MessageType == RawExtension.Descriptor) return new RawExtension { Raw = ByteString.CopyFromUtf8("""{"b":[1,"x"]}""") };
        if (field.MessageType == FieldsV1.Descriptor) return new FieldsV1 { Raw = ByteString.CopyFromUtf8("""{"f:a":{}}""") };
        return Create(field.MessageType, depth + 1);
    }
}
