using System.Globalization;

using Google.Protobuf;

using Grpc.Core;

using MiniK8s.Protocol.Etcd;

namespace MiniK8s.Store.Tests.Processes;

/// <summary>Writes some sixty times a second until the store is gone.</summary>
internal static class KillWriter
{
    private static readonly TimeSpan _pace = TimeSpan.FromMilliseconds(16);
    private static int _names;

    public static async Task WriteUntilDeadAsync(ServerProcess store, KillLedger ledger, int writer)
    {
        using var pace = new PeriodicTimer(_pace);
        try
        {
            var number = await NumberOfAsync(store, writer);
            for (var i = 1; ; i++)
            {
                await pace.WaitForNextTickAsync();
                if (i % 3 == 0) await PutOnceAsync(store, ledger, writer);
                else ledger.AnsweredTriple(writer, ++number, await PutTripleAsync(store, writer, number));
            }
        }
        catch (RpcException ex) when (ex.StatusCode is StatusCode.Unavailable or StatusCode.Cancelled or StatusCode.Internal)
        {
            // The process is gone; what became of this one write is open.
        }
    }

    private static async Task<int> NumberOfAsync(ServerProcess store, int writer)
    {
        var found = await store.Kv.RangeAsync(new RangeRequest { Key = Bytes($"triple/{writer}/a") });
        return found.Kvs.Count == 0 ? 0 : int.Parse(found.Kvs[0].Value.ToStringUtf8(), CultureInfo.InvariantCulture);
    }

    private static async Task<long> PutTripleAsync(ServerProcess store, int writer, int number)
    {
        var txn = new TxnRequest();
        foreach (var letter in "abc")
        {
            txn.Success.Add(new RequestOp { RequestPut = new PutRequest { Key = Bytes($"triple/{writer}/{letter}"), Value = Bytes($"{number}") } });
        }
        return (await store.Kv.TxnAsync(txn)).Header.Revision;
    }

    private static async Task PutOnceAsync(ServerProcess store, KillLedger ledger, int writer)
    {
        var key = $"once/{Interlocked.Increment(ref _names)}";
        var value = $"{key} of writer {writer}";
        var revision = (await store.Kv.PutAsync(new PutRequest { Key = Bytes(key), Value = Bytes(value) })).Header.Revision;
        ledger.AnsweredOnce(key, value, revision);
        if (writer == 0 && revision > 60) await store.Kv.CompactAsync(new CompactionRequest { Revision = revision - 50 });
    }

    private static ByteString Bytes(string text) => ByteString.CopyFromUtf8(text);
}
