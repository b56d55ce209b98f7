using System.Threading.Channels;

using MiniK8s.Api.Errors;
using MiniK8s.Kubelet.Status;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.Tests.Fakes;

/// <summary>One pod at an apiserver; every write is told in order, the final delete as null.</summary>
internal sealed class FakePodApi(Pod pod) : IPodApi
{
    private readonly Lock _gate = new();
    private readonly Channel<Pod?> _writes = Channel.CreateUnbounded<Pod?>();
    private Pod? _stored = pod.Clone();
    private readonly TaskCompletionSource _refused = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _created;

    /// <summary>How many creates are refused first.</summary>
    public int CreateFailures { get; set; }

    /// <summary>A write is answered once this is done; null: at once.</summary>
    public TaskCompletionSource? WriteAnswer { get; set; }

    /// <summary>Done once a create has been refused.</summary>
    public Task Refused => _refused.Task;

    public ChannelReader<Pod?> Writes => _writes.Reader;

    /// <summary>How often it was read.</summary>
    public int Reads { get; private set; }

    /// <summary>Every call fails, as behind a cut network.</summary>
    public bool IsUnreachable { get; set; }

    public Pod? Stored
    {
        get
        {
            lock (_gate) return _stored?.Clone();
        }
    }

    /// <summary>Somebody else's write: a new version, which the test hands to the worker.</summary>
    public Pod Change(Action<Pod> change)
    {
        lock (_gate)
        {
            var next = _stored!.Clone();
            change(next);
            return (_stored = Bumped(next)).Clone();
        }
    }

    /// <summary>The pod goes without the kubelet's doing: a forced deletion.</summary>
    public void Vanish()
    {
        lock (_gate) _stored = null;
    }

    public Task<Pod?> GetAsync(string ns, string name, CancellationToken ct)
    {
        Reads++;
        FailWhereUnreachable();
        return Task.FromResult(Stored);
    }

    public async Task<Pod> CreateAsync(Pod mirror, CancellationToken ct)
    {
        if (CreateFailures-- > 0 && _refused.TrySetResult()) throw new ApiException(new Protocol.Meta.V1.Status { Reason = "Forbidden", Code = 403 });
        Pod created;
        lock (_gate)
        {
            created = mirror.Clone();
            (created.Metadata.Uid, created.Metadata.ResourceVersion) = ($"mirror-{++_created}", "1");
            _stored = created.Clone();
            _writes.Writer.TryWrite(created.Clone());
        }
        if (WriteAnswer is { } answer) await answer.Task;
        return created;
    }

    public async Task<Pod?> TryUpdateStatusAsync(Pod pod, CancellationToken ct)
    {
        FailWhereUnreachable();
        Pod written;
        lock (_gate)
        {
            if (_stored is null || pod.Metadata.ResourceVersion != _stored.Metadata.ResourceVersion) return null;
            var next = _stored.Clone();
            next.Status = pod.Status.Clone();
            _stored = Bumped(next);
            written = _stored.Clone();
            _writes.Writer.TryWrite(written.Clone());
        }
        if (WriteAnswer is { } answer) await answer.Task;
        return written;
    }

    public Task DeleteAsync(string ns, string name, string uid, CancellationToken ct)
    {
        FailWhereUnreachable();
        lock (_gate)
        {
            if (_stored?.Metadata.Uid == uid) _stored = null;
        }
        _writes.Writer.TryWrite(null);
        return Task.CompletedTask;
    }

    private void FailWhereUnreachable()
    {
        if (IsUnreachable) throw new ApiException(new Protocol.Meta.V1.Status { Reason = "ServiceUnavailable", Code = 503 });
    }

    private static Pod Bumped(Pod pod)
    {
        pod.Metadata.ResourceVersion = $"{ulong.Parse(pod.Metadata.ResourceVersion) + 1}";
        return pod;
    }
}
