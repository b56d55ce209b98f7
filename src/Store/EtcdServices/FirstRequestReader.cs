using System.Buffers;
using System.IO.Pipelines;

namespace MiniK8s.Store.EtcdServices;

/// <summary>A connection's bytes, of which the frames up to the first request are looked through whole; from there on it only passes on.</summary>
internal sealed class FirstRequestReader(PipeReader inner) : PipeReader
{
    private readonly FirstRequest _request = new();
    private ReadOnlySequence<byte> _handedOut;
    private long _lookedThrough;        // bytes of the unconsumed ones
    private long _examined;             // of these, what the consumer has seen and needs more than

    /// <inheritdoc />
    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) =>
        _request.IsOver ? inner.ReadAsync(cancellationToken) : LookAsync(cancellationToken);

    /// <inheritdoc />
    public override bool TryRead(out ReadResult result)
    {
        result = default;
        return _request.IsOver && inner.TryRead(out result);
    }

    /// <inheritdoc />
    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    /// <inheritdoc />
    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        if (!_request.IsOver)
        {
            var gone = _handedOut.Slice(0, consumed).Length;
            _lookedThrough -= gone;
            _examined = _handedOut.Slice(0, examined).Length - gone;
        }
        inner.AdvanceTo(consumed, examined);
    }

    /// <inheritdoc />
    public override void CancelPendingRead() => inner.CancelPendingRead();

    /// <inheritdoc />
    public override void Complete(Exception? exception = null) => inner.Complete(exception);

    // What is handed out ends with a whole frame; the rest of a frame is waited for.
    private async ValueTask<ReadResult> LookAsync(CancellationToken ct)
    {
        while (true)
        {
            var result = await inner.ReadAsync(ct);
            _lookedThrough += _request.Look(result.Buffer.Slice(_lookedThrough));
            if (_request.IsOver || result.IsCompleted || result.IsCanceled)
            {
                _request.IsOver = true;
                return result;
            }
            if (_lookedThrough > _examined)
            {
                _handedOut = result.Buffer.Slice(0, _lookedThrough);
                return new ReadResult(_handedOut, isCanceled: false, isCompleted: false);
            }
            inner.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        }
    }
}
