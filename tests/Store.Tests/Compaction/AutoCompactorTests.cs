using Microsoft.Extensions.Logging.Abstractions;

using MiniK8s.Protocol.Etcd;
using MiniK8s.Store.Compaction;
using MiniK8s.Store.Mvcc;
using MiniK8s.Store.Tests.Commit;

namespace MiniK8s.Store.Tests.Compaction;

public sealed class AutoCompactorTests
{
    [Fact]
    public async Task Run_Periodic_CompactsThroughThePipelineOnceThePeriodIsOver()
    {
        var clock = new ManualTimeProvider();
        await using var store = new LoglessStore();
        await store.PutAsync(4);        // revision 5
        using var compactor = Start(store, clock, AutoCompactionMode.Periodic, "10s");
        await clock.WaitForTimersAsync(1);
        await store.PutAsync(5);        // revision 10

        for (var second = 1; second < 10; second++) await TickAsync(clock);
        Assert.Equal(-1, store.Mvcc.Current.CompactRevision);
        await TickAsync(clock);

        Assert.Equal(5, store.Mvcc.Current.CompactRevision);
        Assert.Equal([5L], store.Log.Entries.OfType<CompactionEntry>().Select(entry => entry.Revision));
        await compactor.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task Run_SomeoneElseCompactedFurther_CountsAsDone()
    {
        var clock = new ManualTimeProvider();
        await using var store = new LoglessStore();
        await store.PutAsync(20);
        using var compactor = Start(store, clock, AutoCompactionMode.Revision, "15");
        await clock.WaitForTimersAsync(1);
        await store.CommitAsync(new CompactionRequest { Revision = 18 });

        await TickAsync(clock);         // asks for 6
        await store.PutAsync(20);
        await TickAsync(clock);         // asks for 26

        Assert.Equal([18L, 26L], store.Log.Entries.OfType<CompactionEntry>().Select(entry => entry.Revision));
        await compactor.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task Run_Off_EndsAtOnce()
    {
        await using var store = new LoglessStore();
        using var compactor = Start(store, new ManualTimeProvider(), AutoCompactionMode.Periodic, "0");

        await compactor.ExecuteTask!.OrMissing("the end of a compactor with nothing to do");
    }

    private static AutoCompactor Start(LoglessStore store, ManualTimeProvider clock, AutoCompactionMode mode, string retention)
    {
        var options = new StoreOptions { AutoCompactionMode = mode, AutoCompactionRetention = retention };
        var compactor = new AutoCompactor(store.Mvcc, store.Pipeline, options, clock, NullLogger<AutoCompactor>.Instance);
        _ = compactor.StartAsync(CancellationToken.None);
        return compactor;
    }

    // The next look is over when the wait for the one after it is armed.
    private static async Task TickAsync(ManualTimeProvider clock)
    {
        clock.AdvanceToNextTimer();
        await clock.WaitForTimersAsync(1);
    }
}
