using MiniK8s.Client.Resources;
using MiniK8s.Client.Tests.Fakes;
using MiniK8s.Protocol;
using MiniK8s.Protocol.Coordination.V1;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Meta.V1;
using MiniK8s.Protocol.V1;

namespace MiniK8s.Client.Tests.LeaderElection;

// One lease at an apiserver that checks versions. Every call is kept as "get", "create" or "update", and may go wrong as the test says.
internal sealed class FakeLeases : IApiClient, IResourceClient<Lease>
{
    private readonly Lock _lock = new();     // guards the two below; two electors call
    private readonly List<string> _calls = [];
    private Lease? _lease;
    private long _version;

    public enum Fate
    {
        Answered,
        Refused,
        ReplyLost,
        Hangs,
    }

    public Func<string, Fate> FateOf { get; set; } = _ => Fate.Answered;

    // Between the reading of an elector and what it makes of it.
    public Action AfterRead { get; set; } = () => { };

    public IReadOnlyList<string> Calls
    {
        get
        {
            lock (_lock) return [.. _calls];
        }
    }

    public LeaseSpec? Spec
    {
        get
        {
            lock (_lock) return _lease?.Spec.Clone();
        }
    }

    public void Put(LeaseSpec? spec)
    {
        lock (_lock)
        {
            _lease = spec is null ? null : new Lease { Metadata = new ObjectMeta { Namespace = "kube-system", Name = "component", ResourceVersion = $"{++_version}" }, Spec = spec };
        }
    }

    public IResourceClient<T> Resource<T>()
        where T : class, IApiObject => (IResourceClient<T>)(object)this;

    public Task BindAsync(Binding binding, CancellationToken ct) => throw new NotSupportedException();

    public async Task<Lease> GetAsync(string ns, string name, CancellationToken ct)
    {
        var found = await CallAsync("get", () => _lease?.Clone() ?? throw FakeApiClient.Refusal(404, "NotFound"), ct);
        AfterRead();
        return found;
    }

    public Task<Lease> CreateAsync(Lease obj, CancellationToken ct, CreateOptions? options = null) => CallAsync("create", () =>
    {
        if (_lease is not null) throw FakeApiClient.Refusal(409, "AlreadyExists");
        return Store(obj);
    }, ct);

    public Task<Lease> UpdateAsync(Lease obj, CancellationToken ct, UpdateOptions? options = null) => CallAsync("update", () =>
    {
        if (_lease is null) throw FakeApiClient.Refusal(404, "NotFound");
        if (_lease.Metadata.ResourceVersion != obj.Metadata.ResourceVersion) throw FakeApiClient.Refusal(409, "Conflict");
        return Store(obj);
    }, ct);

    public Task<ResourceList<Lease>> ListAsync(string ns, ListOptions? options, CancellationToken ct) => throw new NotSupportedException();

    public IAsyncEnumerable<WatchChange<Lease>> WatchAsync(string ns, ListOptions? options, CancellationToken ct) => throw new NotSupportedException();

    public Task<Lease> UpdateStatusAsync(Lease obj, CancellationToken ct, UpdateOptions? options = null) => throw new NotSupportedException();

    public Task<Lease> PatchAsync(string ns, string name, PatchType type, string patch, string subresource, CancellationToken ct) => throw new NotSupportedException();

    public Task<Lease> DeleteAsync(string ns, string name, DeleteOptions? options, CancellationToken ct) => throw new NotSupportedException();

    public Task DeleteCollectionAsync(string ns, DeleteOptions? options, ListOptions? listOptions, CancellationToken ct) => throw new NotSupportedException();

    private async Task<Lease> CallAsync(string verb, Func<Lease> handle, CancellationToken ct)
    {
        lock (_lock) _calls.Add(verb);
        var fate = FateOf(verb);
        if (fate == Fate.Refused) throw FakeApiClient.Refusal(503, "ServiceUnavailable");
        if (fate == Fate.Hangs) await Task.Delay(Timeout.Infinite, ct);
        Lease answer;
        lock (_lock) answer = handle();
        return fate == Fate.ReplyLost ? throw FakeApiClient.Refusal(503, "ServiceUnavailable", "the reply is lost") : answer;
    }

    private Lease Store(Lease obj)
    {
        _lease = obj.Clone();
        _lease.Metadata.ResourceVersion = $"{++_version}";
        return _lease.Clone();
    }
}
