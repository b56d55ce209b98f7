using System.Diagnostics;

using Grpc.Core;


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
            await using var store = ServerProcess.StartUnready(directory.File("data"), ["--segment-bytes", "8000", "--ports-file", directory.File($"{round}.ports"), .. plan]);
            var killedItself = !await ServesAsync(store, directory.File($"{round}.ports"), ledger, mayDie: plan.Length > 0);
            slowest = start.Elapsed > slowest ? start.Elapsed : slowest;
            if (round == Rounds) break;

            var goal = ledger.Answers + (plan.Length > 0 ? 2 * MostWritesInARound : random.Next(20, MostWritesInARound));
            if (!killedItself) killedItself = await WriteAsync(store, ledger, goal);
            await store.ExitAsync();
            var how = killedItself ? point : "at random";
            died[how] = died.GetValueOrDefault(how) + 1;
        }

        output.WriteLine($"{ledger.Answers} answers in {clock.Elapsed.TotalSeconds:F0} s, slowest start {slowest.TotalSeconds:F2} s; killed: {string.Join(", ", died)}");
        Assert.Equal(Rounds, died.Values.Sum());
        Assert.Superset(_points.Select(each => each.Point).ToHashSet(), died.Keys.ToHashSet());
    }

    // False when the store killed itself before it was looked at: the settler starts at once when a segment waits.
    private static async Task<bool> ServesAsync(ServerProcess store, string ports, KillLedger ledger, bool mayDie)
    {
        try
        {
            await store.ReadyAsync(ports);
            await ledger.CheckAsync(store);
            return true;
        }
        catch (Exception ex) when (mayDie && ex is (RpcException or InvalidOperationException))
        {
            Assert.Equal(128 + 9, await store.ExitAsync());
            return false;
        }
    }

    // Whether the store killed itself before so many writes were answered.
    private static async Task<bool> WriteAsync(ServerProcess store, KillLedger ledger, int goal)
    {
        var reached = ledger.ReachedAsync(goal);
        var writers = Task.WhenAll(Enumerable.Range(0, 8).Select(writer => KillWriter.WriteUntilDeadAsync(store, ledger, writer)));
        var killedItself = await Task.WhenAny(writers, reached) != reached;
        if (!killedItself) await store.KillAsync();
        await writers.OrMissing("the end of the writers");
        return killedItself;
    }
}
