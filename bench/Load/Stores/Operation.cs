using System.Globalization;

using Google.Protobuf;

using MiniK8s.Protocol.Etcd;

namespace MiniK8s.Load.Stores;

/// <summary>One kind of request, as clients of a store send it over and over.</summary>
/// <param name="Name">What it is called in the table.</param>
/// <param name="IsWrite">Whether each one takes a revision.</param>
/// <param name="Method">The path of the method it calls.</param>
/// <param name="Request">Makes one of a number that no other request of the run has, and the value.</param>
internal sealed record Operation(string Name, bool IsWrite, string Method, Func<long, ByteString, IMessage> Request)
{
    /// <summary>Keys that put and range go round over; the data stay as many however long a run is.</summary>
    public const int Keys = 10_000;

    public static IReadOnlyList<Operation> All { get; } =
    [
        new("put", true, "/etcdserverpb.KV/Put", (number, value) => Put(number % Keys, value)),
        new("range", false, "/etcdserverpb.KV/Range", (number, _) => new RangeRequest { Key = Key(Scatter(number) % Keys) }),
        new("txn-create", true, "/etcdserverpb.KV/Txn", (number, value) => Create(Keys + number, value)),
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
