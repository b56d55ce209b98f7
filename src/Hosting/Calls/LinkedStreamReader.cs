using Grpc.Core;

namespace MiniK8s.Hosting.Calls;

/// <summary>A call's requests, whose reading also ends by that token, whether or not the handler passes one.</summary>
internal sealed class LinkedStreamReader<T>(IAsyncStreamReader<T> inner, CancellationToken cancellation) : IAsyncStreamReader<T>
{
    public T Current => inner.Current;

    public Task<bool> MoveNext(CancellationToken cancellationToken) =>
        cancellationToken.CanBeCanceled && cancellationToken != cancellation ? MoveNextByEitherAsync(cancellationToken) : inner.MoveNext(cancellation);

    private async Task<bool> MoveNextByEitherAsync(CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, cancellation);
        return await inner.MoveNext(either.Token);
    }
}
