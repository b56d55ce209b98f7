using Google.Protobuf;

using MiniK8s.Protocol.Etcd;
using MiniK8s.Store.Mvcc;

namespace MiniK8s.Store.Tests.Mvcc;

public sealed class RequestChecksTests
{
    private const string Duplicate = "etcdserver: duplicate key given in txn request";

    // p: put, d: delete, a-c: delete of an interval, a-: from key on; ( ) a nested Txn, | its else branch.
    [Theory]
    [InlineData("pa pb", null)]
    [InlineData("pa pa", Duplicate)]
    [InlineData("pa da", Duplicate)]
    [InlineData("da pa", Duplicate)]
    [InlineData("da da", null)]
    [InlineData("pb da-c", Duplicate)]
    [InlineData("pc da-c", null)]
    [InlineData("pb da-", null)]
    [InlineData("da- pb", null)]
    [InlineData("pa (da-)", null)]
    [InlineData("pa da- da-c", Duplicate)]
    [InlineData("pa (pa)", Duplicate)]
    [InlineData("(pa) (pa)", Duplicate)]
    [InlineData("(pa|pa)", null)]
    [InlineData("(pa|pa) (pb)", null)]
    [InlineData("(|pa) (|pa)", Duplicate)]
    [InlineData("(da) pa", Duplicate)]
    [InlineData("(da) (pa)", Duplicate)]
    [InlineData("(pa) (da)", null)]
    [InlineData("da (|pa)", Duplicate)]
    [InlineData("(da|pa)", null)]
    [InlineData("((pa)) pb", null)]
    [InlineData("((pa)) pa", Duplicate)]
    public void Check_KeysWrittenTwice_AreRefused(string operations, string? error)
    {
        var txn = new TxnRequest();
        txn.Success.AddRange(Parse(operations));

        Assert.Equal(error, RequestChecks.Check(txn, maxOps: 128)?.Text);
    }

    [Theory]
    [InlineData(128, 0, 0, null)]
    [InlineData(129, 0, 0, "etcdserver: too many operations in txn request")]
    [InlineData(0, 129, 0, "etcdserver: too many operations in txn request")]
    [InlineData(0, 0, 129, "etcdserver: too many operations in txn request")]
    [InlineData(100, 100, 100, null)]
    public void Check_LongTransactions_AreRefusedPast128(int compares, int success, int failure, string? error)
    {
        var txn = new TxnRequest();
        for (var i = 0; i < compares; i++) txn.Compare.Add(new Compare { Key = Key("a") });
        for (var i = 0; i < success; i++) txn.Success.Add(new RequestOp { RequestPut = new() { Key = Key($"s{i}") } });
        for (var i = 0; i < failure; i++) txn.Failure.Add(new RequestOp { RequestPut = new() { Key = Key($"f{i}") } });

        Assert.Equal(error, RequestChecks.Check(txn, maxOps: 128)?.Text);
    }

    [Theory]
    [InlineData(127, null)]
    [InlineData(128, "etcdserver: too many operations in txn request")]
    public void Check_DeepTransactions_CountTowardsTheSameLimit(int depth, string? error)
    {
        var txn = new TxnRequest { Success = { new RequestOp { RequestPut = new() { Key = Key("a") } } } };
        for (var i = 0; i < depth; i++) txn = new TxnRequest { Success = { new RequestOp { RequestTxn = txn } } };

        Assert.Equal(error, RequestChecks.Check(txn, maxOps: 128)?.Text);
    }

    [Fact]
    public void Check_FaultyRequests_AreNamedAsEtcdNamesThem()
    {
        Assert.Equal("etcdserver: key is not provided", RequestChecks.Check(new RangeRequest())?.Text);
        Assert.Equal("etcdserver: key is not provided", RequestChecks.Check(new PutRequest())?.Text);
        Assert.Equal("etcdserver: key is not provided", RequestChecks.Check(new DeleteRangeRequest())?.Text);
        Assert.Equal("etcdserver: value is provided", RequestChecks.Check(new PutRequest { Key = Key("a"), Value = Key("v"), IgnoreValue = true })?.Text);
        Assert.Equal("etcdserver: lease is provided", RequestChecks.Check(new PutRequest { Key = Key("a"), Lease = 1, IgnoreLease = true })?.Text);
        Assert.Equal("etcdserver: key not found", RequestChecks.Check(new TxnRequest { Success = { new RequestOp() } }, 128)?.Text);
        Assert.Equal("etcdserver: key is not provided", RequestChecks.Check(new TxnRequest { Compare = { new Compare() } }, 128)?.Text);
    }

    private static ByteString Key(string name) => ByteString.CopyFromUtf8(name);

    private static List<RequestOp> Parse(string text)
    {
        var position = 0;
        return ParseBranch(text, ref position);
    }

    private static List<RequestOp> ParseBranch(string text, ref int position)
    {
        var operations = new List<RequestOp>();
        while (position < text.Length && text[position] is not (')' or '|'))
        {
            var start = position++;
            if (text[start] == ' ') continue;
            if (text[start] == '(')
            {
                var txn = new TxnRequest();
                txn.Success.AddRange(ParseBranch(text, ref position));
                if (text[position++] == '|')
                {
                    txn.Failure.AddRange(ParseBranch(text, ref position));
                    position++;
                }
                operations.Add(new RequestOp { RequestTxn = txn });
                continue;
            }
            while (position < text.Length && text[position] is not (' ' or ')' or '|')) position++;
            operations.Add(ParseWrite(text[start..position]));
        }
        return operations;
    }

    private static RequestOp ParseWrite(string word)
    {
        if (word[0] == 'p') return new RequestOp { RequestPut = new() { Key = Key(word[1..]) } };
        var parts = word[1..].Split('-');
        var end = parts.Length == 1 ? ByteString.Empty : parts[1].Length == 0 ? ByteString.CopyFrom(0) : Key(parts[1]);
        return new RequestOp { RequestDeleteRange = new() { Key = Key(parts[0]), RangeEnd = end } };
    }
}
