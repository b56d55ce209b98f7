using MiniK8s.Kubelet.Tests.Simulation.Fuzzing;
using Xunit.Abstractions;

namespace MiniK8s.Kubelet.Tests.Simulation;

/// <summary>
/// Scripts that were written to hang the kubelet, to fill its memory or to overrun its stack (<c>Hostile/*.txt</c>): each costs less than a second of a
/// processor in five of its own, and no more memory than its container's limit allows.
/// </summary>
[Collection(AloneCollection.Name)]
public sealed class HostileScriptTests(ITestOutputHelper output)
{
    private const long Limit = 32 << 20;
    private static readonly TimeSpan Hang = TimeSpan.FromSeconds(1);

    [Theory]
    [InlineData("work.txt")]
    [InlineData("depth.txt")]
    [InlineData("memory.txt")]
    public async Task Script_ThatNeverEnds_IsChargedAndKilled(string file)
    {
        await using var runner = new ScriptRunner();
        var report = new FuzzReport();
        foreach (var (name, script) in ScriptCorpus.Hostile.Of(file))
        {
            var outcome = await runner.RunAsync(script);

            Assert.True(outcome.Fault is null, $"{name}: {outcome.Fault}");
            Assert.True(outcome.Times.Cpu < Hang && outcome.Times.Idle < Hang, $"{name}: {outcome.Times}");
            report.Add(outcome.Times, name);
        }
        output.WriteLine(report.ToString());
    }

    /// <summary>Twice the limit: text takes two bytes a character here, and what a command is about to become is there beside what it was.</summary>
    [Fact]
    public async Task Script_ThatHoldsMoreAndMore_IsStoppedAtItsLimit()
    {
        await using var runner = new ScriptRunner(new() { MemoryLimit = Limit });
        var held = new List<(long Bytes, string Name)>();
        foreach (var (name, script) in ScriptCorpus.Hostile.Of("memory.txt"))
        {
            var outcome = await runner.RunAsync(script);

            held.Add((outcome.MostHeld, $"{name}, ends with {outcome.ExitCode}"));
        }
        output.WriteLine(string.Join('\n', held.OrderDescending().Select(h => $"{h.Bytes >> 10,8} KiB {h.Name}")));
        Assert.All(held, h => Assert.True(h.Bytes < 2 * Limit, $"{h.Bytes} bytes: {h.Name}"));
    }
}
