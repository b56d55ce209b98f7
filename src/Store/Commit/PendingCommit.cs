using Google.Protobuf;

using MiniK8s.Store.Mvcc;

namespace MiniK8s.Store.Commit;

/// <summary>A write that waits for the writer.</summary>
/// <param name="request">PutRequest, DeleteRangeRequest, TxnRequest or CompactionRequest.</param>
/// <param name="size">Its size in bytes, for the bound on a batch.</param>
internal sealed class PendingCommit(IMessage request, int size) : IThreadPoolWorkItem
{
    // What waits for it goes on where it is completed: see Answer.
    private readonly TaskCompletionSource<Outcome<IMessage>> _answered = new();
    private Outcome<IMessage> _outcome;

    /// <summary>The write.</summary>
    public IMessage Request { get; } = request;

    /// <summary>Its size in bytes.</summary>
    public int Size { get; } = size;

    /// <summary>Ends when the write is durable and visible, or refused; faults when the store can no longer tell.</summary>
    public Task<Outcome<IMessage>> Completion => _answered.Task;

    /// <summary>Keeps the outcome until <see cref="Answer"/>.</summary>
    public void Decide(Outcome<IMessage> outcome) => _outcome = outcome;

    /// <summary>Lets the caller have the outcome.</summary>
    /// <param name="here">
    /// On this thread, which then encodes the answer as well: right for a batch of one, where handing over would cost more than
    /// answering. Otherwise on a pool thread, so that the writer goes on to the next batch.
    /// </param>
    public void Answer(bool here)
    {
        if (here) _answered.TrySetResult(_outcome);
        else ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>Tells the caller that the outcome is unknown.</summary>
    public void Fail(Exception reason) => ThreadPool.UnsafeQueueUserWorkItem(_ => _answered.TrySetException(reason), null);

    /// <inheritdoc />
    void IThreadPoolWorkItem.Execute() => _answered.TrySetResult(_outcome);
}
