using Google.Protobuf;

using MiniK8s.Protocol.Etcd;

namespace MiniK8s.Robustness.Tests.Traffic;

/// <summary>A client that does what an apiserver does: lists in pages, watches on from there, and writes only over what it last saw.</summary>
/// <param name="client">Its calls.</param>
/// <param name="updates">Share of updates among 100 writes.</param>
/// <param name="deletes">Share of deletions; the rest creates.</param>
internal sealed class KubernetesLoop(TrafficClient client, int updates, int deletes) : IClientLoop
{
    private const int AverageKeys = 10;
    private const string Folder = "/registry/pods/default/";
    private static readonly ByteString End = ByteString.CopyFromUtf8("/registry/pods/default0");
    private readonly SortedDictionary<string, long> _known = new(StringComparer.Ordinal);
    private RecordedStream? _watch;
    private int _steps;

    /// <inheritdoc />
    public async Task StepAsync()
    {
        if (_watch is null or { IsEnded: true } || ++_steps % 40 == 0) await ListAndWatchAsync();
        await FollowAsync();
        await WriteAsync();
    }

    private async Task ListAndWatchAsync()
    {
        _watch?.Dispose();
        _watch = null;
        if (await ListAsync() is not { } revision) return;
        _watch = await RecordedStream.OpenAsync(client.Server, client.Recorder);
        await _watch.SendAsync(new WatchRequest
        {
            CreateRequest = new WatchCreateRequest
            {
                Key = ByteString.CopyFromUtf8(Folder), RangeEnd = End, StartRevision = revision + 1, PrevKv = true, ProgressNotify = true, WatchId = 1,
            },
        });
    }

    // Pages of the first page's revision, which a compaction may take away.
    private async Task<long?> ListAsync()
    {
        var found = new SortedDictionary<string, long>(StringComparer.Ordinal);
        var (from, revision) = (Folder, 0L);
        while (true)
        {
            var page = await client.RangeAsync(new RangeRequest { Key = ByteString.CopyFromUtf8(from), RangeEnd = End, Limit = AverageKeys, Revision = revision });
            if (page is null) return null;
            if (revision == 0) revision = page.Header.Revision;
            foreach (var kv in page.Kvs) found[kv.Key.ToStringUtf8()] = kv.ModRevision;
            if (!page.More) break;
            from = page.Kvs[^1].Key.ToStringUtf8() + "\0";
        }
        _known.Clear();
        foreach (var (key, mod) in found) _known[key] = mod;
        return revision;
    }

    private async Task FollowAsync()
    {
        while (_watch is { } watch && await watch.ReadAsync(TimeSpan.Zero) is { } response)
        {
            foreach (var shown in response.Events) Note(shown.Kv.Key.ToStringUtf8(), shown.Type == Event.Types.EventType.Put ? shown.Kv.ModRevision : 0);
            if (response.Canceled) _watch = null;
        }
    }

    private void Note(string key, long revision)
    {
        if (revision == 0) _known.Remove(key);
        else _known[key] = revision;
    }

    private async Task WriteAsync()
    {
        var luck = client.Random.Next(100);
        if (_known.Count < AverageKeys / 2) await PutAsync(NewKey(), 0);
        else if (_known.Count > AverageKeys * 3 / 2 || (luck >= updates && luck < updates + deletes)) await DeleteAsync(Known());
        else if (luck < updates) await PutAsync(Known(), null);
        else await PutAsync(NewKey(), 0);
    }

    private string Known() => _known.Keys.ElementAt(client.Random.Next(_known.Count));

    private string NewKey() => $"{Folder}{client.Random.Next(100_000):D5}";

    private Task PutAsync(string key, long? revision) => TxnAsync(
        key, revision ?? _known[key], new RequestOp { RequestPut = new PutRequest { Key = ByteString.CopyFromUtf8(key), Value = client.NextValue() } });

    private Task DeleteAsync(string key) => TxnAsync(
        key, _known[key], new RequestOp { RequestDeleteRange = new DeleteRangeRequest { Key = ByteString.CopyFromUtf8(key) } });

    private async Task TxnAsync(string key, long known, RequestOp write)
    {
        var name = ByteString.CopyFromUtf8(key);
        var answer = await client.TxnAsync(new TxnRequest
        {
            Compare = { new Compare { Key = name, Target = Compare.Types.CompareTarget.Mod, Result = Compare.Types.CompareResult.Equal, ModRevision = known } },
            Success = { write },
            Failure = { new RequestOp { RequestRange = new RangeRequest { Key = name } } },
        });
        if (answer is null) return;
        if (answer.Succeeded) Note(key, write.RequestPut is null ? 0 : answer.Header.Revision);
        else Note(key, answer.Responses[0].ResponseRange.Kvs is [var kv] ? kv.ModRevision : 0);
    }
}
