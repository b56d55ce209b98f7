using Google.Protobuf;

using Grpc.Core;

using MiniK8s.Protocol.Etcd;

namespace MiniK8s.Store.Tests.Processes;

/// <summary>Requests at the edges, which chance finds too seldom: to our store and to a real etcd, with the same answers.</summary>
public sealed class EtcdComparisonEdgeTests : IAsyncLifetime
{
    private readonly TemporaryDirectory _directory = TemporaryDirectory.InMemory();
    private ServerProcess _etcd = null!;
    private ServerProcess _store = null!;

    public async Task InitializeAsync()
    {
        if (RequiredTool.Find("etcd") is null) return;
        _etcd = await ServerProcess.StartEtcdAsync(_directory.File("etcd"));
        _store = await ServerProcess.StartStoreAsync(_directory.File("data"), "--fsync", "off");
    }

    public async Task DisposeAsync()
    {
        if (_etcd is not null) await _etcd.DisposeAsync();
        if (_store is not null) await _store.DisposeAsync();
        _directory.Dispose();
    }

    [RequiresToolFact("etcd")]
    public async Task Leases_AtTheirBounds_AreAnsweredTheSame()
    {
        foreach (var ttl in (long[])[long.MinValue, -5, 0, 1, 2, 3, 9_000_000_000, 9_000_000_001, long.MaxValue])
        {
            await CompareAsync(new LeaseGrantRequest { ID = ttl ^ 77, TTL = ttl });
            if (ttl > 100) await CompareAsync(new LeaseTimeToLiveRequest { ID = ttl ^ 77 });      // the short ones may be over on one of the two
        }
        await CompareAsync(new LeaseGrantRequest { ID = long.MinValue, TTL = 100 });
        await CompareAsync(new LeaseGrantRequest { ID = long.MinValue, TTL = 200 });
        await CompareAsync(new LeaseGrantRequest { ID = long.MinValue, TTL = 9_000_000_001 });
        await CompareAsync(new LeaseKeepAliveRequest { ID = long.MinValue });
        await CompareAsync(new PutRequest { Key = Key("b"), Lease = long.MinValue });
        await CompareAsync(new PutRequest { Key = Key("a"), Lease = long.MinValue });
        await CompareAsync(new PutRequest { Key = Key("a"), IgnoreLease = true, Value = Key("2"), PrevKv = true });
        await CompareAsync(new LeaseTimeToLiveRequest { ID = long.MinValue, Keys = true });
        await CompareAsync(new PutRequest { Key = Key("b"), PrevKv = true });
        await CompareAsync(new LeaseTimeToLiveRequest { ID = long.MinValue, Keys = true });
        await CompareAsync(new LeaseRevokeRequest { ID = long.MinValue });
        await CompareAsync(new RangeRequest { Key = Key("a"), RangeEnd = Key("z") });
        foreach (var request in (IMessage[])
            [new LeaseRevokeRequest(), new LeaseTimeToLiveRequest(), new LeaseKeepAliveRequest(), new LeaseRevokeRequest { ID = 5 }, new LeaseTimeToLiveRequest { ID = 5, Keys = true }])
        {
            await CompareAsync(request);
        }
    }

    [RequiresToolFact("etcd")]
    public async Task Refusals_OfEveryKind_AreWordedTheSame()
    {
        await CompareAsync(new PutRequest { Key = Key("a"), Value = Key("1") });
        var put = new RequestOp { RequestPut = new PutRequest { Key = Key("a") } };
        var many = Enumerable.Range(0, 129).Select(i => new RequestOp { RequestPut = new PutRequest { Key = Key($"{i}") } }).ToArray();
        foreach (var request in (IMessage[])
            [
                new RangeRequest(), new PutRequest(), new DeleteRangeRequest(), new TxnRequest(), new CompactionRequest(),
                new RangeRequest { RangeEnd = Key("a") }, new DeleteRangeRequest { RangeEnd = Key("a") },
                new RangeRequest { Key = Key("a"), Revision = 99 }, new RangeRequest { Key = Key("a"), Revision = -7 }, new RangeRequest { Key = Key("a"), Limit = -7 },
                new PutRequest { Key = Key("a"), Value = Key("1"), IgnoreValue = true }, new PutRequest { Key = Key("a"), Lease = 1, IgnoreLease = true },
                new PutRequest { Key = Key("x"), IgnoreValue = true }, new PutRequest { Key = Key("x"), IgnoreLease = true }, new PutRequest { Key = Key("x"), Lease = 12 },
                new PutRequest { Key = Key("x"), Lease = 12, IgnoreValue = true }, new CompactionRequest { Revision = 99 }, new CompactionRequest { Revision = -1 },
                new TxnRequest { Compare = { new Compare() } }, new TxnRequest { Success = { new RequestOp() } }, new TxnRequest { Failure = { new RequestOp() } },
                new TxnRequest { Success = { put, put } }, new TxnRequest { Failure = { put, put } }, new TxnRequest { Success = { many } },
                new TxnRequest { Compare = { Enumerable.Range(0, 129).Select(_ => new Compare { Key = Key("a") }) } },
                new TxnRequest { Success = { many[..128] } }, new TxnRequest { Success = { many[..127].Append(new RequestOp { RequestTxn = new TxnRequest { Success = { put, many[0] } } }) } },
                new TxnRequest { Success = { many[..127].Append(new RequestOp { RequestTxn = new TxnRequest { Success = { put } } }) } },
                new TxnRequest { Success = { new RequestOp { RequestRange = new RangeRequest { Key = Key("a"), Revision = -1 } } } },
                new TxnRequest { Success = { new RequestOp { RequestRange = new RangeRequest { Key = Key("a"), Revision = 99 } }, put } },
                new TxnRequest { Compare = { new Compare { Key = Key("a"), Result = (Compare.Types.CompareResult)9 } }, Success = { put } },
                new TxnRequest { Compare = { new Compare { Key = Key("a"), Target = (Compare.Types.CompareTarget)9 } }, Success = { put } },
                new TxnRequest { Compare = { new Compare { Key = Key("a"), Target = Compare.Types.CompareTarget.Value, Version = 3 } }, Success = { put } },
                new RangeRequest { Key = Key("a"), SortOrder = (RangeRequest.Types.SortOrder)9 },
            ])
        {
            await CompareAsync(request);
        }
    }

    [RequiresToolFact("etcd")]
    public async Task Txn_ThatPutsAndDeletesFromKeyOn_ShowsWatchersTheSame()
    {
        await CompareAsync(new PutRequest { Key = Key("k"), Value = Key("old") });
        await CompareAsync(new PutRequest { Key = Key("l"), Value = Key("old") });
        var (put, delete) = (new RequestOp { RequestPut = new() { Key = Key("k"), Value = Key("new"), PrevKv = true } }, FromKeyOn("a"));
        await CompareAsync(new TxnRequest { Success = { put, delete } });
        await CompareAsync(new TxnRequest { Success = { put, FromKeyOn("z") } });
        await CompareAsync(new TxnRequest { Success = { delete, put } });
        await CompareAsync(new TxnRequest { Success = { put, new RequestOp { RequestTxn = new TxnRequest { Success = { delete } } } } });

        foreach (var withPrevious in (bool[])[false, true]) await CompareHistoryAsync(new WatchCreateRequest { Key = Key("a"), RangeEnd = Key("z"), PrevKv = withPrevious, StartRevision = 2 }, 10);
    }

    [RequiresToolFact("etcd")]
    public async Task Watch_OfMuchHistory_WithAndWithoutFragments_BringsTheSame()
    {
        for (var i = 0; i < 12; i++) await CompareAsync(new PutRequest { Key = Key("big"), Value = ByteString.CopyFrom(new byte[700_000]) });
        foreach (var mayFragment in (bool[])[false, true]) await CompareHistoryAsync(new WatchCreateRequest { Key = Key("big"), Fragment = mayFragment, StartRevision = 2 }, 12);
    }

    // The largest write is 1.5 MiB; with its previous values a revision's response is up to twice that, and cut from 2 MiB on.
    [RequiresToolTheory("etcd")]
    [InlineData("400000 300000", 2)]                                    // 1.4 MB
    [InlineData("300000 300000 300000", 3)]                             // 1.8 MB: more than a write, less than a fragment
    [InlineData("450000 450000 148300", 3)]                             // just below 2 MiB
    [InlineData("450000 450000 148700", 2, 1)]                          // just above
    [InlineData("500000 500000 500000", 2, 1)]                          // 3.0 MB
    [InlineData("10 700000 10 700000 10", 3, 2)]
    [InlineData("50 1048000 800", 2, 1)]                                // an event of nearly 2 MiB; with a small one just below, with two above
    [InlineData("1100000 10 10", 1, 2)]                                 // one event alone is above
    public async Task Watch_OfOneLargeRevision_IsCutWhereEtcdCutsIt(string sizes, params int[] parts)
    {
        foreach (var value in "ab")
        {
            var puts = sizes.Split(' ').Select((size, i) => new RequestOp
            {
                RequestPut = new PutRequest { Key = Key($"part{i}"), Value = Key(new string(value, int.Parse(size, System.Globalization.CultureInfo.InvariantCulture))) },
            });
            await CompareAsync(new TxnRequest { Success = { puts } });
        }
        foreach (var server in (ServerProcess[])[_etcd, _store])
        {
            using var call = server.Watch.Watch();
            await call.RequestStream.WriteAsync(new WatchRequest
            {
                CreateRequest = new WatchCreateRequest { Key = Key("part"), RangeEnd = Key("paru"), PrevKv = true, Fragment = true, StartRevision = 3 },
            });
            Assert.True(await call.ResponseStream.MoveNext().OrMissing("created"));
            var seen = new List<(int Events, bool Fragment)>();
            do
            {
                Assert.True(await call.ResponseStream.MoveNext().OrMissing($"a part after {string.Join(' ', seen)}"));
                seen.Add((call.ResponseStream.Current.Events.Count, call.ResponseStream.Current.Fragment));
            }
            while (call.ResponseStream.Current.Fragment);
            Assert.Equal((server == _etcd ? "etcd" : "store", string.Join(' ', parts)), (server == _etcd ? "etcd" : "store", string.Join(' ', seen.Select(part => part.Events))));
        }
    }

    [RequiresToolFact("etcd")]
    public async Task Watch_ClientIsDoneSending_GoesOnDelivering()
    {
        foreach (var server in (ServerProcess[])[_etcd, _store])
        {
            using var call = server.Watch.Watch();
            await call.RequestStream.WriteAsync(new WatchRequest { CreateRequest = new WatchCreateRequest { Key = Key("half") } });
            await call.RequestStream.CompleteAsync();
            Assert.True(await call.ResponseStream.MoveNext().OrMissing("created"));
            await server.Kv.PutAsync(new PutRequest { Key = Key("half") });

            Assert.True(await call.ResponseStream.MoveNext().OrMissing("the event"));
            Assert.Equal("half", Assert.Single(call.ResponseStream.Current.Events).Kv.Key.ToStringUtf8());
        }
    }

    [RequiresToolFact("etcd")]
    public async Task Watch_CancelsAndProgressOfNothing_AreAnsweredBySilenceThenGoOn()
    {
        foreach (var server in (ServerProcess[])[_etcd, _store])
        {
            using var call = server.Watch.Watch();
            await call.RequestStream.WriteAsync(new WatchRequest { CancelRequest = new WatchCancelRequest { WatchId = 7 } });
            await call.RequestStream.WriteAsync(new WatchRequest());
            await call.RequestStream.WriteAsync(new WatchRequest { CreateRequest = new WatchCreateRequest { Key = Key("a"), WatchId = -9 } });

            Assert.True(await call.ResponseStream.MoveNext().OrMissing("created"));
            Assert.Equal((true, false, -9), (call.ResponseStream.Current.Created, call.ResponseStream.Current.Canceled, call.ResponseStream.Current.WatchId));
        }
    }

    [RequiresToolTheory("etcd")]
    [InlineData("etcdserverpb.KV", "RangeStream", "unknown method RangeStream for service etcdserverpb.KV")]        // of etcd 3.7
    [InlineData("etcdserverpb.Lease", "Borrow", "unknown method Borrow for service etcdserverpb.Lease")]
    [InlineData("etcdserverpb.Nothing", "Put", "unknown service etcdserverpb.Nothing")]
    [InlineData("KV", "Put", "unknown service KV")]
    public async Task Call_OfAMethodThatNeitherHas_IsRefusedInTheSameWords(string service, string name, string words)
    {
        var method = new Method<RangeRequest, RangeResponse>(
            MethodType.ServerStreaming, service, name,
            Marshallers.Create(request => request.ToByteArray(), RangeRequest.Parser.ParseFrom), Marshallers.Create(answer => answer.ToByteArray(), RangeResponse.Parser.ParseFrom));
        foreach (var server in (ServerProcess[])[_etcd, _store])
        {
            using var call = server.Channel.CreateCallInvoker().AsyncServerStreamingCall(method, null, new CallOptions(), new RangeRequest { Key = Key("a") });
            var refusal = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext().OrMissing("the refusal"));
            Assert.Equal((StatusCode.Unimplemented, words), (refusal.StatusCode, refusal.Status.Detail));
        }
        await CompareAsync(new RangeRequest { Key = Key("a") });
    }

    private async Task CompareAsync(IMessage request)
    {
        var (expected, actual) = (await EtcdAnswers.AskAsync(_etcd, request), await EtcdAnswers.AskAsync(_store, request));
        Assert.True(Equals(expected, actual), $"{request.Descriptor.Name} {request}\netcd:  {expected}\nstore: {actual}");
    }

    private async Task CompareHistoryAsync(WatchCreateRequest request, int events)
    {
        var (expected, actual) = (await HistoryAsync(_etcd, request, events), await HistoryAsync(_store, request, events));
        Assert.Equal(expected, actual);
    }

    private static async Task<List<Event>> HistoryAsync(ServerProcess server, WatchCreateRequest request, int events)
    {
        using var call = server.Watch.Watch();
        await call.RequestStream.WriteAsync(new WatchRequest { CreateRequest = request });
        var (seen, isInFragment) = (new List<Event>(), false);
        while (seen.Count < events || isInFragment)
        {
            Assert.True(await call.ResponseStream.MoveNext().OrMissing($"event {seen.Count}"));
            seen.AddRange(call.ResponseStream.Current.Events);
            isInFragment = call.ResponseStream.Current.Fragment;
        }
        return seen;
    }

    private static RequestOp FromKeyOn(string key) => new() { RequestDeleteRange = new() { Key = Key(key), RangeEnd = ByteString.CopyFrom(0), PrevKv = true } };

    private static ByteString Key(string name) => ByteString.CopyFromUtf8(name);
}
