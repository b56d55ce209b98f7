using System.Globalization;

using Google.Protobuf;

using MiniK8s.Protocol.Etcd;

namespace MiniK8s.Load.Stores;

/// <summary>One kind of request, as clients of a store send it over and over.</summary>
/// <param name="Name">What it is called in the table.</param>
/// <param name="IsWrite">Whether each one takes a revision.</param>
/// <param name="SendAsync">Sends one: the client, a number no other request of the run has, the value.</param>
internal sealed record Operation(string Name, bool IsWrite, Func<KV.KVClient, long, ByteString, Task> SendAsync)
{
    /// <summary>Keys that put and range go round over; the data stay as many however long a run is.</summary>
    public const int Keys = 10_000;

    public static IReadOnlyList<Operation> All { get; } =
    [
        new("put", true, async (kv, number, value) => await kv.PutAsync(Put(number % Keys, value))),
        new("range", false, async (kv, number, _) => await kv.RangeAsync(new RangeRequest { Key = Key(Scatter(number) % Keys) })),
        new("txn-create", true, async (kv, number, value) => await kv.TxnAsync(Create(Keys + number, value))),
    ];

    /// <summary>Writes every key that <c>range</c> reads.</summary>
    public static async Task FillAsync(KV.KVClient kv, ByteString value) =>
        await Parallel.ForAsync(0, Keys, new ParallelOptions { MaxDegreeOfParallelism = 64 }, async (number, _) => await kv.PutAsync(Put(number, value)));

    private static PutRequest Put(long number, ByteString value) => new() { Key = Key(number), Value = value };

    // What the apiserver sends for a create: only if nobody has the name.
    private static TxnRequest Create(long number, ByteString value)
    {
        var key = Key(number);
        var txn = new TxnRequest { Success = { new RequestOp { RequestPut = new PutRequest { Key = key, Value = value } } } };
        txn.Compare.Add(new Compare { Key = key, Target = Compare.Types.CompareTarget.Mod, Result = Compare.Types.CompareResult.Equal, ModRevision = 0 });
        txn.Failure.Add(new RequestOp { RequestRange = new RangeRequest { Key = key } });
        return txn;
    }

    private static ByteString Key(long number) =>
        ByteString.CopyFromUtf8(string.Create(CultureInfo.InvariantCulture, $"/registry/pods/default/benchmark-{number:D9}"));

    private static long Scatter(long number) => (long)((ulong)number * 0x9E3779B97F4A7C15 >> 1);
}
