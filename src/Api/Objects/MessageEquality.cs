using System.Collections;

using Google.Protobuf;

namespace MiniK8s.Api.Objects;

/// <summary>Equality that sees whether an optional field is set: generated Equals takes an unset number for zero.</summary>
/// <remarks>
/// <c>started: false</c> and no <c>started</c> are two states of a container. Messages that are equal to Equals differ, if at all, in zeros that
/// are set, and each of those takes room on the wire; so the sizes decide. (Two zeros that change places go unseen.)
/// </remarks>
public static class MessageEquality
{
    /// <summary>Whether two values, messages, lists or maps are the same.</summary>
    public static bool Same(object left, object right) =>
        ReferenceEquals(left, right) || (left.Equals(right) && SizeOf(left) == SizeOf(right));

    private static int SizeOf(object value) => value switch
    {
        IMessage message => message.CalculateSize(),
        IDictionary map => SizeOf(map.Values),
        string or ByteString => 0,
        IEnumerable items => SizeOf(items),
        _ => 0,
    };

    private static int SizeOf(IEnumerable items)
    {
        var size = 0;
        foreach (var item in items)
        {
            if (item is not IMessage message) return 0;
            size += message.CalculateSize();
        }
        return size;
    }
}
