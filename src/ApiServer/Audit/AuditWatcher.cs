using System.Threading.Channels;

using MiniK8s.Protocol.V1;

namespace MiniK8s.ApiServer.Audit;

/// <summary>One watch over the audit records, with a bounded buffer.</summary>
/// <remarks>
/// Worked example, room for 2 records, nobody reads while 1 to 5 come: 1 and 2 wait, 3 to 5 are counted. Both are read, 6 comes, and what is
/// read next is 6 with "3 missed".
/// </remarks>
internal sealed class AuditWatcher(AuditFeed feed, AuditFilter filter) : IDisposable
{
    /// <summary>Records that may wait for the reader.</summary>
    public const int Capacity = 1024;

    private readonly Lock _gate = new();     // keeps the count in step with the buffer
    private readonly Channel<AuditEvent> _buffer = Channel.CreateBounded<AuditEvent>(new BoundedChannelOptions(Capacity) { SingleReader = true });
    private long _missed;

    /// <summary>Takes a record that fits the filter, or counts it when there is no room.</summary>
    public void Offer(AuditRecord record)
    {
        if (!filter.Includes(record)) return;
        lock (_gate) _missed = _buffer.Writer.TryWrite(new AuditEvent { Missed = _missed, Record = record }) ? 0 : _missed + 1;
    }

    /// <summary>The records as they come, until cancelled.</summary>
    public IAsyncEnumerable<AuditEvent> ReadAllAsync(CancellationToken ct) => _buffer.Reader.ReadAllAsync(ct);

    /// <inheritdoc/>
    public void Dispose() => feed.Forget(this);
}
