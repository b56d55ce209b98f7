using System.Buffers;

using Google.Protobuf;

using Grpc.Core;

using MiniK8s.Protocol.Etcd;
using MiniK8s.Store.Mvcc;

namespace MiniK8s.Store.Watch;

/// <summary>A watch response on its way out: its events are bytes already, and shared with every other response that carries them.</summary>
/// <param name="Head">Everything but the events, which are the last field of the message.</param>
/// <param name="Events">The events, in order.</param>
internal sealed record WatchMessage(WatchResponse Head, IReadOnlyList<EncodedEvent> Events)
{
    /// <summary>Writes it as an <c>etcdserverpb.WatchResponse</c>; a server only sends them.</summary>
    public static Marshaller<WatchMessage> Marshaller { get; } = new(
        static (message, context) => message.WriteTo(context),
        static _ => throw new NotSupportedException("Watch responses are sent, never received."));

    private void WriteTo(SerializationContext context)
    {
        var size = Head.CalculateSize();
        foreach (var one in Events) size += one.Bytes.Length;
        context.SetPayloadLength(size);
        var output = context.GetBufferWriter();
        Head.WriteTo(output);
        foreach (var one in Events) output.Write(one.Bytes.Span);
        context.Complete();
    }
}
