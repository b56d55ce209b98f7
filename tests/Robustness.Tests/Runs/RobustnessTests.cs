using MiniK8s.Robustness.Tests.Checking;
using MiniK8s.Robustness.Tests.Faults;
using MiniK8s.Robustness.Tests.History;
using MiniK8s.Robustness.Tests.Traffic;

using Xunit.Abstractions;

namespace MiniK8s.Robustness.Tests.Runs;

/// <summary>The store's process under traffic and faults: the recorded history must fit the model.</summary>
/// <remarks>
/// MINIK8S_ROBUSTNESS_RUNS is how often each pair of a profile and a fault is run, each time with another seed (default 1);
/// MINIK8S_ROBUSTNESS_SEED is the first seed (default 1); MINIK8S_ROBUSTNESS_CALLS the calls before and after the fault.
/// The history of a run that fails is kept, and its path is in the message: see <see cref="SavedHistoryTests"/>.
/// </remarks>
public sealed class RobustnessTests(ITestOutputHelper output)
{
    public static TheoryData<string, string> Pairs
    {
        get
        {
            // Every run ends with an orderly restart, so that is no fault of its own here.
            string[] faults = ["kill", "kill-at-failpoint", "pause", "slow-disk"];
            var pairs = new TheoryData<string, string> { { "LargeValues", "kill" }, { "LargeValues", "slow-disk" } };
            foreach (var profile in Profiles.All.Keys.Where(name => name != "LargeValues"))
            {
                foreach (var fault in faults) pairs.Add(profile, fault);
            }
            return pairs;
        }
    }

    public static TheoryData<string, string> EtcdPairs => new() { { "EtcdPutDeleteLease", "kill" }, { "Kubernetes", "pause" }, { "EtcdPut", "restart" } };

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task Store_UnderTrafficAndFault_KeepsEveryPromise(string profile, string fault)
    {
        var action = Faults.Faults.OfAnyServer.TryGetValue(fault, out var any) ? any : Faults.Faults.OfOurs[fault];
        for (var run = 0; run < Number("RUNS", 1); run++) await JudgeAsync(profile, fault, action, Number("SEED", 1) + run, isEtcd: false);
    }

    // The same traffic and the same checker on a real etcd: what it finds nothing wrong with is not tailored to us.
    [RequiresToolTheory("etcd")]
    [MemberData(nameof(EtcdPairs))]
    public Task Etcd_UnderTrafficAndFault_KeepsEveryPromiseToo(string profile, string fault) =>
        JudgeAsync(profile, fault, Faults.Faults.OfAnyServer[fault], Number("SEED", 1), isEtcd: true);

    private async Task JudgeAsync(string profile, string fault, Fault action, int seed, bool isEtcd)
    {
        var lines = await RecordAsync(profile, action, seed, isEtcd);
        var verdict = HistoryChecker.Judge(lines, isEtcd ? EtcdOptions : Options);
        output.WriteLine($"{profile}, {fault}, seed {seed}: {verdict}");
        if (verdict.Violations.Count == 0) return;
        var file = Path.Combine(Path.GetTempPath(), $"minik8s-history-{profile}-{fault}-{seed}-{Guid.NewGuid():N}.jsonl");
        HistoryFile.Write(file, lines);
        Assert.Fail($"{profile}, {fault}, seed {seed}: {verdict}\nThe history is kept: MINIK8S_HISTORY={file}{(isEtcd ? " MINIK8S_HISTORY_OF=etcd" : "")}");
    }

    // A machine that is too busy gets one more chance, and is then judged by what it could do: every promise holds in thin traffic, too.
    private static async Task<IReadOnlyCollection<HistoryLine>> RecordAsync(string profile, Fault action, int seed, bool isEtcd)
    {
        var size = new RunSize { Calls = Number("CALLS", 700) };
        for (var attempt = 1; ; attempt++)
        {
            var directory = Directory.CreateTempSubdirectory("minik8s-robustness-").FullName;
            try
            {
                return await new RobustnessRun(profile, action, seed, size, isEtcd).RecordAsync(directory);
            }
            catch (TooSlowException) when (attempt == 1)
            {
                size = size with { Rate = 0 };
            }
            finally
            {
                Directory.Delete(directory, recursive: true);
            }
        }
    }

    /// <summary>On a busy machine a lease's end is seen late; how late the store is on its own is its own tests' affair.</summary>
    internal static CheckOptions Options { get; } = new() { LeaseLateness = TimeSpan.FromSeconds(5), Recount = log => new StoreHashRecount(log) };

    /// <summary>The same for a real etcd, which hashes in its own way and is known to promise less here and there.</summary>
    internal static CheckOptions EtcdOptions { get; } = Options with { Recount = log => new EtcdHashRecount(log), Leeway = Leeway.Etcd };

    private static int Number(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable($"MINIK8S_ROBUSTNESS_{name}"), out var number) ? number : otherwise;
}
