using System.Collections;
using System.Collections.Concurrent;

using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;

using MiniK8s.Api.Quantities;

namespace MiniK8s.Api.Objects;

/// <summary>Brings a message into the one form that Go's structs would give it, so that equal objects have equal bytes.</summary>
/// <remarks>
/// Embedded structs are made present (<c>pod.Spec</c> is never null), the zero time becomes absent, quantities take their canonical text.
/// The codecs do this to all they decode; do it to objects that come from elsewhere (a gRPC request) before anything else looks at them.
/// </remarks>
public static class Normalizer
{
    private static readonly ConcurrentDictionary<MessageDescriptor, NormalizerStep[]> Plans = new();

    /// <summary>Normalizes in place, and gives back the same message.</summary>
    /// <exception cref="QuantityFormatException">A quantity cannot be parsed.</exception>
    public static T Normalize<T>(T message) where T : IMessage
    {
        foreach (var step in Plan(message.Descriptor)) step.Apply(message);
        return message;
    }

    private static NormalizerStep[] Plan(MessageDescriptor descriptor) => Plans.GetOrAdd(descriptor, static d => Build(d));

    private static NormalizerStep[] Build(MessageDescriptor descriptor) =>
        [.. descriptor.Fields.InDeclarationOrder().Where(NeedsWork).Select(field => new NormalizerStep(field))];

    private static bool NeedsWork(FieldDescriptor field) =>
        field.IsMap ? MapValue(field).FieldType == FieldType.Message : field.FieldType == FieldType.Message;

    internal static FieldDescriptor MapValue(FieldDescriptor map) => map.MessageType.FindFieldByNumber(2);
}

/// <summary>One field's part in normalizing.</summary>
internal sealed class NormalizerStep
{
    private readonly Action<IMessage> _apply;

    public NormalizerStep(FieldDescriptor field) => _apply = Choose(field);

    public void Apply(IMessage message) => _apply(message);

    private static Action<IMessage> Choose(FieldDescriptor field)
    {
        var accessor = field.Accessor;
        if (field.IsMap) return Normalizer.MapValue(field).IsQuantity() ? m => Quantities((IDictionary)accessor.GetValue(m)) : m => Each((IDictionary)accessor.GetValue(m));
        if (field.IsRepeated) return m => Each((IList)accessor.GetValue(m));
        if (field.IsTime()) return m => { if (accessor.GetValue(m) is Timestamp { Seconds: 0, Nanos: 0 }) accessor.SetValue(m, null!); };
        if (field.IsQuantity()) return m => SetQuantity(m, field, field.Options().Always ? "0" : null);
        return field.IsEmbedded() ? m => Embedded(m, field) : m => { if (accessor.GetValue(m) is IMessage child) Normalizer.Normalize(child); };
    }

    private static void SetQuantity(IMessage message, FieldDescriptor field, string? absent)
    {
        var text = (string?)field.Accessor.GetValue(message) ?? absent;
        if (text is not null) field.Accessor.SetValue(message, Quantity.Parse(text).ToString());
    }

    private static void Embedded(IMessage message, FieldDescriptor field)
    {
        if (field.Accessor.GetValue(message) is not IMessage child)
        {
            child = field.MessageType.Parser.ParseFrom(ByteString.Empty);
            field.Accessor.SetValue(message, child);
        }
        Normalizer.Normalize(child);
    }

    private static void Each(IList items)
    {
        foreach (var item in items) Normalizer.Normalize((IMessage)item);
    }

    private static void Each(IDictionary items)
    {
        foreach (var item in items.Values) Normalizer.Normalize((IMessage)item);
    }

    private static void Quantities(IDictionary quantities)
    {
        foreach (var key in quantities.Keys.Cast<string>().ToArray())
        {
            var text = (string?)quantities[key] ?? "0";
            var canonical = Quantity.Parse(text).ToString();
            if (canonical != text) quantities[key] = canonical;
        }
    }
}
