using Google.Protobuf;

using MiniK8s.Protocol.Etcd;
using MiniK8s.Store.Tests.Mvcc;

namespace MiniK8s.Store.Tests.Processes;

/// <summary>An etcd and a store side by side, asked the same, one request after the other.</summary>
internal sealed class EtcdComparisonWorld(ServerProcess etcd, ServerProcess store, int seed) : IAsyncDisposable
{
    private static readonly PutRequest _probe = new() { Key = ByteString.CopyFromUtf8("probe") };

    private readonly Random _random = new(seed);
    private readonly RandomRequests _requests = new(new Random(seed));
    private long _compactRevision = -1;
    private int _step;

    public EtcdWatchPairs Watches { get; } = new(etcd, store, new Random(seed));

    /// <summary>The newest revision.</summary>
    public long Revision { get; private set; } = 1;

    /// <summary>Compactions that were not refused.</summary>
    public int Compactions { get; private set; }

    /// <summary>Makes so many requests and compares every answer and every event; the failure names the step.</summary>
    public async Task RunAsync(int steps)
    {
        await Watches.StartAsync();
        try
        {
            for (_step = 0; _step < steps; _step++) await StepAsync();
            await Watches.ArriveAsync(Revision);
        }
        catch (Exception ex)
        {
            throw new InvalidOperationException($"Seed {seed}, step {_step}, revision {Revision}: {ex.Message}", ex);
        }
    }

    public ValueTask DisposeAsync() => Watches.DisposeAsync();

    private Task StepAsync() => _random.Next(1000) switch
    {
        < 400 => CompareAsync(_requests.Write(Revision)),
        < 800 => CompareAsync(_requests.Range(Revision)),
        < 830 => CompareAsync(_requests.Grant()),
        < 850 => CompareAsync(_requests.Revoke()),
        < 900 => CompareAsync(_requests.LeaseQuestion()),
        < 950 => Watches.CreateAsync(_requests.Watch(Revision), _compactRevision),
        < 980 => Watches.CancelAnyAsync(Revision),
        < 997 => Watches.AskProgressAsync(),
        _ => CompactAsync(),
    };

    // Watches that are behind would be cancelled or not, as the timing is; so none may be.
    private async Task CompactAsync()
    {
        await CompareAsync(_probe);
        await Watches.SettleAsync(Revision);
        var request = _requests.Compaction(Revision);
        if (await CompareAsync(request) is not CompactionResponse) return;
        _compactRevision = request.Revision;
        Compactions++;
    }

    private async Task<object> CompareAsync(IMessage request)
    {
        if (request is TxnRequest txn && MakesEtcdPanic(txn)) return request;
        var (expected, actual) = (EtcdAnswers.AskAsync(etcd, request), EtcdAnswers.AskAsync(store, request));
        await Task.WhenAll(expected, actual);

        if (!Equals(expected.Result, actual.Result)) Assert.Fail($"{request.Descriptor.Name} {request}\netcd:  {expected.Result}\nstore: {actual.Result}");
        Revision = EtcdAnswers.HeaderOf(actual.Result)?.Revision ?? Revision;
        return actual.Result;
    }

    // Asks a little more than needed, whatever the order and the branches.
    private static bool MakesEtcdPanic(TxnRequest txn)
    {
        var operations = Flatten(txn).ToList();
        return operations.Exists(op => op.RequestDeleteRange is { RangeEnd: [0] })
            && operations.Exists(op => op.RequestPut is { } put && (put.IgnoreValue || put.IgnoreLease));
    }

    private static IEnumerable<RequestOp> Flatten(TxnRequest txn) => txn.Success.Concat(txn.Failure)
        .SelectMany(op => op.RequestTxn is null ? [op] : Flatten(op.RequestTxn));
}
