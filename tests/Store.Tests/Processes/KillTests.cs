using System.Diagnostics;

using MiniK8s.Protocol.Etcd;
using MiniK8s.Store.Tests.Wal;

using Xunit.Abstractions;

namespace MiniK8s.Store.Tests.Processes;

/// <summary>kill -9, 100 times, at random moments and at each named one, under some 500 writes a second.</summary>
/// <remarks>
/// Each writer's transactions write three keys; beside them it puts keys that are never written again. After each restart every
/// answered write is there with its revision and value, no transaction is there by half, and revisions go on without a repeat.
/// </remarks>
public sealed class KillTests(ITestOutputHelper output)
{
    private const int Rounds = 100;
    private const int MostWritesInARound = 160;

    private static readonly (string Point, int MostHits)[] _points =
    [
        ("before-log-write", 60), ("before-sync", 60), ("after-sync", 60), ("after-publish", 60), ("before-answer", 60),
        ("segment-start", 1), ("compaction-staged", 2), ("settle-before-commit", 1), ("settle-after-commit", 1), ("before-segment-drop", 1),
    ];

    [Fact]
    public async Task Kill_AtRandomAndAtEveryNamedMoment_LosesNothingAndLeavesNothingByHalf()
    {
        using var directory = new TemporaryDirectory();
        var (random, ledger, died) = (new Random(1), new KillLedger(), new SortedDictionary<string, int>());
        var (clock, slowest) = (Stopwatch.StartNew(), TimeSpan.Zero);

        for (var round = 0; round <= Rounds; round++)
        {
            var (point, hits) = _points[round / 2 % _points.Length];
            string[] plan = round % 2 == 0 ? [] : ["--failpoints", $"{point}={random.Next(1, hits + 1)}*kill"];
            var start = Stopwatch.StartNew();
            await using var store = await ServerProcess.StartStoreAsync(directory.File("data"), ["--segment-bytes", "8000", .. plan]);
            slowest = start.Elapsed > slowest ? start.Elapsed : slowest;
            await ledger.CheckAsync(store);
            if (round == Rounds) break;

            var goal = ledger.Answers + random.Next(20, MostWritesInARound);
            if (plan.Length > 0) goal = ledger.Answers + (2 * MostWritesInARound);
            var writers = Enumerable.Range(0, 8).Select(writer => KillWriter.WriteUntilDeadAsync(store, ledger, writer)).ToArray();
            var killedItself = await Task.WhenAny(Task.WhenAll(writers), ledger.ReachedAsync(goal)) != ledger.Reached;
            if (!killedItself) await store.KillAsync();
            await Task.WhenAll(writers).OrMissing("the end of the writers");
            await store.ExitAsync();
            var how = killedItself ? point : "at random";
            died[how] = died.GetValueOrDefault(how) + 1;
        }

        output.WriteLine($"{ledger.Answers} answers in {clock.Elapsed.TotalSeconds:F0} s, slowest start {slowest.TotalSeconds:F2} s; killed: {string.Join(", ", died)}");
        Assert.Equal(Rounds, died.Values.Sum());
        Assert.Superset(_points.Take(7).Select(each => each.Point).ToHashSet(), died.Keys.ToHashSet());
    }
}
