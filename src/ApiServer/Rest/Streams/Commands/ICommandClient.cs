using System.Threading.Channels;

using MiniK8s.Protocol.V1;

namespace MiniK8s.ApiServer.Rest.Streams.Commands;

/// <summary>The user's end of a command, whatever protocol it speaks.</summary>
internal interface ICommandClient : IAsyncDisposable
{
    /// <summary>What the user types or sends; ends when the user says so, or has gone. Holds a bounded number of bytes, then the client waits.</summary>
    Stream Stdin { get; }

    /// <summary>The terminal's sizes; of several that nobody has taken yet, the last.</summary>
    ChannelReader<TerminalSize> Sizes { get; }

    /// <summary>Fires when the client has left.</summary>
    CancellationToken Gone { get; }

    /// <summary>Sends output; waits for as long as the client takes none.</summary>
    /// <exception cref="IOException">The client has gone.</exception>
    ValueTask WriteAsync(CommandStream stream, ReadOnlyMemory<byte> bytes, CancellationToken ct);

    /// <summary>Sends how it ended, and closes. <see cref="Stdin"/> must not be read any more.</summary>
    Task EndAsync(CommandEnd end, CancellationToken ct);
}

internal enum CommandStream
{
    Stdout,
    Stderr,
}
