using Google.Protobuf;

using MiniK8s.Store.Mvcc;

namespace MiniK8s.Store.Commit;

/// <summary>A write that waits for the writer.</summary>
/// <param name="request">PutRequest, DeleteRangeRequest, TxnRequest or CompactionRequest.</param>
/// <param name="size">Its size in bytes, for the bound on a batch.</param>
internal sealed class PendingCommit(IMessage request, int size)
{
    // Continuations run elsewhere: the writer's thread must not answer calls.
    private readonly TaskCompletionSource<Outcome<IMessage>> _answered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Outcome<IMessage> _outcome;

    /// <summary>The write.</summary>
    public IMessage Request { get; } = request;

    /// <summary>Its size in bytes.</summary>
    public int Size { get; } = size;

    /// <summary>Ends when the write is durable and visible, or refused; faults when the store can no longer tell.</summary>
    public Task<Outcome<IMessage>> Completion => _answered.Task;

    /// <summary>What became of it, once it is decided and durable.</summary>
    public Outcome<IMessage> Outcome => _outcome;

    /// <summary>Keeps the outcome until <see cref="Answer"/>.</summary>
    public void Decide(Outcome<IMessage> outcome) => _outcome = outcome;

    /// <summary>Lets the caller have the outcome.</summary>
    public void Answer() => _answered.TrySetResult(_outcome);

    /// <summary>Tells the caller that the outcome is unknown.</summary>
    public void Fail(Exception reason) => _answered.TrySetException(reason);
}
