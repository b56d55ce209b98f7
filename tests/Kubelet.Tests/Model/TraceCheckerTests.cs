using MiniK8s.Kubelet.Tests.Fakes;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.Tests.Model;

/// <summary>Each rule of the checker catches what breaks it, and nothing else: next to each broken trace stands the nearest lawful one.</summary>
public sealed class TraceCheckerTests
{
    private const string Uid = "u0";
    private readonly TraceChecker _checker = new();
    private TimeSpan _now;

    public TraceCheckerTests() => Bear("Always");

    [Theory]
    [InlineData("run; told 30; start c0 1", TraceChecker.NothingStartsOnceTold)]
    [InlineData("run; end c0 0 0; told 30 pulling c0; start c0 1", null)]
    [InlineData("run; end c0 0 0; told 30 pulling c0; start c0 1; end c0 1 0; start c0 2", TraceChecker.NothingStartsOnceTold)]
    [InlineData("write Succeeded; write Running", TraceChecker.TerminalIsFinal)]
    [InlineData("write Succeeded; write Failed", TraceChecker.TerminalIsFinal)]
    [InlineData("write Succeeded; write Succeeded", null)]
    [InlineData("write Running; write Pending", TraceChecker.RunningStays)]
    [InlineData("write Running; lost; write Pending", null)]
    [InlineData("count c0 2; count c0 1", TraceChecker.RestartCountsGrow)]
    [InlineData("count c0 2; count c0 2; count c0 3", null)]
    [InlineData("run; end c0 0 1; start c0 0", TraceChecker.RestartCountsGrow)]
    [InlineData("run; end c0 0 1; start c0 1", null)]
    [InlineData("start s0 0", TraceChecker.InOrder)]
    [InlineData("start i0 0; end i0 0 1; start s0 0", TraceChecker.InOrder)]
    [InlineData("start i0 0; oom i0; start s0 0", TraceChecker.InOrder)]
    [InlineData("start i0 0; end i0 0 0; start s0 0; start s1 0", TraceChecker.InOrder)]
    [InlineData("start i0 0; end i0 0 0; start s0 0; up s0; start s1 0", null)]
    [InlineData("run; end s0 0 1; end c0 0 1; start c0 1; start s0 1", null)]
    [InlineData("run; lost; end s0 0 137; end s1 0 137; end c0 0 137; start c0 1 sandbox 1", TraceChecker.InOrder)]
    [InlineData("run; end c0 0 0; start c0 1", null)]
    [InlineData("OnFailure; run; end c0 0 0; start c0 1", TraceChecker.RestartsByPolicy)]
    [InlineData("OnFailure; run; end c0 0 1; start c0 1", null)]
    [InlineData("OnFailure; run; probe c0; end c0 0 0; start c0 1", null)]
    [InlineData("Never; run; end c0 0 1; start c0 1", TraceChecker.RestartsByPolicy)]
    [InlineData("Never; run; probe c0; end c0 0 1; start c0 1", TraceChecker.RestartsByPolicy)]
    [InlineData("Never; run; image c0; end c0 0 1; start c0 1", null)]
    [InlineData("Never; run; end s0 0 0; start s0 1", null)]
    [InlineData("start i0 0; end i0 0 1; start i0 1", null)]
    [InlineData("start i0 0; end i0 0 0; start i0 1", TraceChecker.RestartsByPolicy)]
    [InlineData("start i0 0; end i0 0 0; start i0 1 sandbox 1", null)]
    [InlineData("Never; start i0 0; end i0 0 1; start i0 1", TraceChecker.RestartsByPolicy)]
    [InlineData("run; told 30; kill c0; kill s1; signal s1", TraceChecker.SidecarsLast)]
    [InlineData("run; told 30; kill c0; kill s1; signal c0; end c0 0 0; signal s1", null)]
    [InlineData("run; told 30; kill c0; kill s0; end c0 0 0; signal s0", TraceChecker.SidecarsLast)]
    [InlineData("run; told 30; kill c0; kill s0; end c0 0 0; end s1 0 0; signal s0", null)]
    [InlineData("run; told 30; kill c0; kill s1; wait 29; signal s1", TraceChecker.SidecarsLast)]
    [InlineData("run; told 30; kill c0; kill s1; wait 30; signal s1", null)]
    [InlineData("run; told 30; kill c0; kill s1; wait 3; told 4; signal s1", TraceChecker.SidecarsLast)]
    [InlineData("run; told 30; kill c0; kill s1; wait 3; told 4; wait 4; signal s1", null)]
    [InlineData("run; told 30; kill c0; kill s1; restart; signal s1", null)]
    [InlineData("run; told 30; kill c0; kill s1; restart; kill c0; kill s1; signal s1", TraceChecker.SidecarsLast)]
    [InlineData("run; start c0 1", TraceChecker.OneInstance)]
    [InlineData("run; write Failed", TraceChecker.EndedBeforeTerminal)]
    [InlineData("run; end c0 0 0; end s0 0 0; end s1 0 0; write Failed", null)]
    [InlineData("delete asked Running", TraceChecker.TerminalBeforeDelete)]
    [InlineData("delete unasked Failed", TraceChecker.TerminalBeforeDelete)]
    [InlineData("delete asked Failed", null)]
    [InlineData("delete another", TraceChecker.DeleteByUid)]
    public void Add_Trace_BreaksTheRuleOrNone(string trace, string? rule)
    {
        string? broken = null;
        try
        {
            foreach (var step in trace.Split("; ")) Add(step.Split(' '));
        }
        catch (BrokenRuleException exception)
        {
            broken = exception.Rule;
        }

        Assert.Equal(rule, broken);
    }

    private void Bear(string policy) => _checker.Add(new TraceEntry.Born(
        _now, A.Pod(A.Container("c0")).Init(A.Container("i0"), A.Sidecar("s0"), A.Sidecar("s1")).RestartPolicy(policy).With(p => p.Metadata.Uid = Uid)));

    private void Add(string[] words)
    {
        if (words[0] is "OnFailure" or "Never") Bear(words[0]);
        else if (words[0] == "wait") _now += TimeSpan.FromSeconds(int.Parse(words[1]));
        else if (words[0] == "run") foreach (var step in new[] { "start i0 0", "end i0 0 0", "start s0 0", "up s0", "start s1 0", "up s1", "start c0 0" }) Add(step.Split(' '));
        else _checker.Add(Entry(words));
    }

    private TraceEntry Entry(string[] words) => words switch
    {
        ["told", var grace, ..] => new TraceEntry.Told(_now, Uid, Seconds(grace), InFlight: words.Length > 2 ? words[3] : null),
        ["start", var name, var attempt, ..] => new TraceEntry.Started(_now, Uid, name, int.Parse(attempt), words.Length > 3 ? int.Parse(words[4]) : 0),
        ["up", var name] => new TraceEntry.Up(_now, Uid, name),
        ["end", var name, var attempt, var code] => new TraceEntry.Ended(_now, Uid, name, int.Parse(attempt), int.Parse(code), code == "0" ? "Completed" : "Error"),
        ["oom", var name] => new TraceEntry.Ended(_now, Uid, name, 0, 0, "OOMKilled"),
        ["kill", var name] => new TraceEntry.Killing(_now, Uid, name, $"Stopping container {name}"),
        ["probe", var name] => new TraceEntry.Killing(_now, Uid, name, $"Container {name} failed liveness probe, will be restarted"),
        ["image", var name] => new TraceEntry.Killing(_now, Uid, name, $"Container {name} definition changed, will be restarted"),
        ["signal", var name] => new TraceEntry.Signalled(_now, Uid, name, TimeSpan.FromSeconds(2)),
        ["restart"] => new TraceEntry.KubeletRestarted(_now),
        ["lost"] => new TraceEntry.SandboxLost(_now, Uid),
        ["write", var phase] => new TraceEntry.Written(_now, Uid, new PodStatus { Phase = phase }),
        ["count", var name, var count] => new TraceEntry.Written(_now, Uid, new PodStatus { Phase = "Pending", ContainerStatuses = { new ContainerStatus { Name = name, RestartCount = int.Parse(count) } } }),
        ["delete", "another"] => new TraceEntry.Deleted(_now, "u9", WasAskedFor: true, "Failed"),
        ["delete", var asked, var phase] => new TraceEntry.Deleted(_now, Uid, asked == "asked", phase),
        _ => throw new ArgumentException(string.Join(' ', words)),
    };

    private static TimeSpan Seconds(string text) => TimeSpan.FromSeconds(int.Parse(text));
}
