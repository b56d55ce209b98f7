using System.Text.Json;
using System.Threading.Channels;

using MiniK8s.Protocol.V1;

namespace MiniK8s.ApiServer.Rest.Streams.Commands;

/// <summary>Sizes out of a resize channel's bytes: one JSON object after another, <c>{"Width":80,"Height":24}</c>.</summary>
/// <remarks>What is no size is passed over, as is an object of more than 1 KiB.</remarks>
internal sealed class TerminalSizes
{
    private const int MaxLength = 1 << 10;

    private readonly Channel<TerminalSize> _sizes = Channel.CreateBounded<TerminalSize>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });
    private readonly List<byte> _object = [];

    public ChannelReader<TerminalSize> Reader => _sizes.Reader;

    /// <summary>Takes the next bytes, which need not end where an object does.</summary>
    public void Take(ReadOnlySpan<byte> bytes)
    {
        foreach (var next in bytes)
        {
            if (_object.Count < MaxLength) _object.Add(next);
            if (next != '}') continue;
            if (Parse([.. _object]) is { } size) _sizes.Writer.TryWrite(size);
            _object.Clear();
        }
    }

    public void End() => _sizes.Writer.TryComplete();

    private static TerminalSize? Parse(byte[] json)
    {
        try
        {
            var size = JsonDocument.Parse(json).RootElement;
            return new() { Width = size.GetProperty("Width").GetUInt16(), Height = size.GetProperty("Height").GetUInt16() };
        }
        catch (Exception ex) when (ex is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }
}
