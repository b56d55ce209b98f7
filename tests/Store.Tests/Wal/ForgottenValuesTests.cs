using Google.Protobuf;

using MiniK8s.Protocol.Etcd;
using MiniK8s.Store.Mvcc;
using MiniK8s.Store.Tests.Mvcc;
using MiniK8s.Store.Wal;

namespace MiniK8s.Store.Tests.Wal;

/// <summary>A store that keeps no value in memory answers as one that keeps them all.</summary>
public sealed class ForgottenValuesTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void RandomRequests_NoValueInMemory_AreAnsweredTheSame(int seed)
    {
        var random = new Random(seed);
        var requests = new RandomRequests(random);
        var (remembering, forgetting) = (new MvccStore(), new MvccStore());
        using var open = new OpenStore(_directory.Path, new StoreOptions { SegmentBytes = 5000, Fsync = FsyncMode.Off }, store: forgetting);

        for (var step = 0; step < 3000; step++)
        {
            var request = MvccModelTests.Next(random, requests, remembering.Current.Revision);
            Assert.Equal(Answer(remembering, null, request), Answer(forgetting, open.Log, request));
            if (step % 100 == 0) open.Settle();
        }

        for (var revision = remembering.Current.CompactRevision; revision <= remembering.Current.Revision; revision++)
        {
            Assert.Equal(remembering.Current.EventsAt(revision).Select(one => one.WithPrevious), forgetting.Current.EventsAt(revision).Select(one => one.WithPrevious));
        }
    }

    private static object Answer(MvccStore store, WriteAheadLog? log, IMessage request)
    {
        if (request is RangeRequest range) return store.Range(range);
        var batch = store.Stage();
        var answer = batch.Apply(request);
        if (batch.Entries.Count == 0) return answer;
        log?.AppendAndSync(batch.Entries);
        store.Publish(batch);
        return answer;
    }
}
