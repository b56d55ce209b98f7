namespace Grpc.Core;

[Flags]
public enum WriteFlags
{
    /// <summary>More follows: the transport need not flush.</summary>
    BufferHint = 0x1,

    NoCompress = 0x2,
}

/// <summary>How one message is written; immutable.</summary>
public class WriteOptions(WriteFlags flags = default)
{
    public static readonly WriteOptions Default = new();

    public WriteFlags Flags { get; } = flags;
}
