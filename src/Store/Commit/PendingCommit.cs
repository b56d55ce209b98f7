using System.Threading.Tasks.Sources;

using Google.Protobuf;

using MiniK8s.Store.Mvcc;

namespace MiniK8s.Store.Commit;

/// <summary>A write that waits for the writer, and what its caller awaits: one object, since with a thousand clients a thousand of them outlive a collection.</summary>
/// <param name="request">PutRequest, DeleteRangeRequest, TxnRequest or CompactionRequest.</param>
/// <param name="size">Its size in bytes, for the bound on a batch.</param>
internal sealed class PendingCommit(IMessage request, int size) : IValueTaskSource<Outcome<IMessage>>
{
    // Continuations run elsewhere: the writer's thread must not answer calls.
    private ManualResetValueTaskSourceCore<Outcome<IMessage>> _answer = new() { RunContinuationsAsynchronously = true };

    /// <summary>The write.</summary>
    public IMessage Request { get; } = request;

    /// <summary>Its size in bytes.</summary>
    public int Size { get; } = size;

    /// <summary>Ends when the write is durable and visible, or refused. To be awaited once.</summary>
    public ValueTask<Outcome<IMessage>> Completion => new(this, _answer.Version);

    /// <summary>What became of it, once it is decided and durable.</summary>
    public Outcome<IMessage> Outcome { get; private set; }

    /// <summary>Keeps the outcome until <see cref="Answer"/>.</summary>
    public void Decide(Outcome<IMessage> outcome) => Outcome = outcome;

    /// <summary>Lets the caller have the outcome. Once.</summary>
    public void Answer() => _answer.SetResult(Outcome);

    Outcome<IMessage> IValueTaskSource<Outcome<IMessage>>.GetResult(short token) => _answer.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<Outcome<IMessage>>.GetStatus(short token) => _answer.GetStatus(token);

    void IValueTaskSource<Outcome<IMessage>>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _answer.OnCompleted(continuation, state, token, flags);
}
