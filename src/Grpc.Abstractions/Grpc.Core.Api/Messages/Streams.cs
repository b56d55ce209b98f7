namespace Grpc.Core;

/// <summary>Messages as they arrive; one read at a time.</summary>
public interface IAsyncStreamReader<out T>
{
    /// <summary>The message of the last MoveNext that returned true.</summary>
    T Current { get; }

    /// <summary>False when the other side has ended the stream well; throws RpcException when it ended otherwise.</summary>
    Task<bool> MoveNext(CancellationToken cancellationToken);
}

/// <summary>Messages on their way; one write at a time.</summary>
public interface IAsyncStreamWriter<in T>
{
    /// <summary>For the writes that follow.</summary>
    WriteOptions? WriteOptions { get; set; }

    Task WriteAsync(T message);

    Task WriteAsync(T message, CancellationToken cancellationToken)
    {
        if (cancellationToken.CanBeCanceled) throw new NotSupportedException("Cancellation of stream writes is not supported by this gRPC implementation.");
        return WriteAsync(message);
    }
}

/// <summary>The request side of a streaming call on the client.</summary>
public interface IClientStreamWriter<in T> : IAsyncStreamWriter<T>
{
    /// <summary>Tells the server that no more follows.</summary>
    Task CompleteAsync();
}

/// <summary>The response side of a streaming call on the server.</summary>
public interface IServerStreamWriter<in T> : IAsyncStreamWriter<T>
{
}

public static class AsyncStreamReaderExtensions
{
    public static Task<bool> MoveNext<T>(this IAsyncStreamReader<T> streamReader)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(streamReader);
        return streamReader.MoveNext(CancellationToken.None);
    }
}
