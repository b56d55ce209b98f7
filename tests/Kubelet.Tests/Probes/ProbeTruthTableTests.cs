using MiniK8s.Kubelet.Probes;
using MiniK8s.Kubelet.Tests.Fakes;

namespace MiniK8s.Kubelet.Tests.Probes;

/// <summary>A probe's every tick and every run of verdicts, against the rule book read line by line.</summary>
public sealed class ProbeTruthTableTests
{
    private static readonly ProbeKind[] Kinds = [ProbeKind.Startup, ProbeKind.Liveness, ProbeKind.Readiness];
    private static readonly bool[] Either = [false, true];

    // The ten lines of 4.2, in order: when a line applies, what is stored, and what is done. "-" stores nothing; "go on" reads on.
    private static readonly (Func<Case, bool> Applies, Func<Case, string> Stores, Func<Case, string> Does)[] Lines =
    [
        (c => c.PodOver, _ => "-", _ => "end"),
        (c => c.Container == "none", _ => "-", _ => "skip"),
        (c => c.Container == "new", c => c.Kind switch { ProbeKind.Liveness => "Success", ProbeKind.Readiness => "Failure", _ => "Unknown" }, _ => "go on"),
        (c => c.OnHold && c.Container == "same", _ => "-", _ => "skip"),
        (c => c.State != "running", _ => "Failure", c => c is { State: "ended", Never: true } ? "end" : "skip"),
        (c => c.Deleting && c.Kind != ProbeKind.Readiness, _ => "Success", _ => "end"),
        (c => !c.DelayOver, _ => "-", _ => "skip"),
        (c => c.Started && c.Kind == ProbeKind.Startup, _ => "-", _ => "skip"),
        (c => !c.Started && c.Kind != ProbeKind.Startup, _ => "-", _ => "skip"),
        (_ => true, _ => "-", _ => "execute"),
    ];

    [Fact]
    public void Tick_EveryCombination_IsTheRuleBooks()
    {
        var cases = (
            from kind in Kinds
            from container in new[] { "none", "same", "new" }
            from state in new[] { "running", "ended", "waiting" }
            from started in Either
            from deleting in Either
            from over in Either
            from never in Either
            from onHold in Either
            from delayOver in Either
            select new Case(kind, container, state, started, deleting, over, never, onHold, delayOver)).ToList();

        Assert.Equal(3 * 3 * 3 * 64, cases.Count);
        Assert.All(cases, c => Assert.Equal(Wanted(c), Got(c)));
    }

    [Fact]
    public void After_EveryRunOfVerdicts_IsTheRuleBooks()
    {
        foreach (var kind in Kinds)
        {
            foreach (var (successes, failures) in from s in Enumerable.Range(1, kind == ProbeKind.Readiness ? 3 : 1) from f in Enumerable.Range(1, 3) select (s, f))
            {
                foreach (var verdicts in Runs(6)) Assert.Equal(Wanted(kind, verdicts, successes, failures), Got(kind, verdicts, successes, failures));
            }
        }
    }

    private static string Wanted(Case c)
    {
        var stored = "-";
        foreach (var (applies, stores, does) in Lines)
        {
            if (!applies(c)) continue;
            if (stores(c) != "-") stored = stores(c);
            if (does(c) != "go on") return $"{c}: {does(c)}, {stored}";
        }
        throw new InvalidOperationException();
    }

    private static string Got(Case c)
    {
        var seen = new ProbeSighting(
            c.Container switch { "none" => "", "same" => "c-0", _ => "c-1" }, c.State == "running", c.State == "ended", A.Noon, c.Started, c.Deleting, c.PodOver, c.Never);

        var (action, store, next) = new ProbeState("c-0", c.OnHold, ProbeResult.Success, 2).Tick(c.Kind, seen, TimeSpan.FromSeconds(10), A.Noon.AddSeconds(c.DelayOver ? 10 : 9));

        Assert.Equal(c is { Container: "new", PodOver: false } ? new ProbeState("c-1") : new ProbeState("c-0", c.OnHold, ProbeResult.Success, 2), next);
        return $"{c}: {action.ToString().ToLowerInvariant()}, {store?.ToString() ?? "-"}";
    }

    // Looks back over the whole run each time instead of counting along: what stands at the end of it, errors left out, and how often.
    private static List<string> Wanted(ProbeKind kind, ProbeVerdict[] verdicts, int successes, int failures)
    {
        var (stored, from) = (new List<string>(), 0);
        for (var end = 1; end <= verdicts.Length; end++)
        {
            var counted = verdicts[from..end].Where(v => v != ProbeVerdict.Error).Select(v => v == ProbeVerdict.Failure).ToList();
            var inARow = counted.Count == 0 ? 0 : Enumerable.Reverse(counted).TakeWhile(failed => failed == counted[^1]).Count();
            if (verdicts[end - 1] == ProbeVerdict.Error || inARow < (counted[^1] ? failures : successes))
            {
                stored.Add("-");
                continue;
            }
            var holds = kind == ProbeKind.Startup || (kind == ProbeKind.Liveness && counted[^1]);
            stored.Add((counted[^1] ? "Failure" : "Success") + (holds ? ", holds" : ""));
            if (holds) from = end;      // what comes after belongs to another container
        }
        return stored;
    }

    private static List<string> Got(ProbeKind kind, ProbeVerdict[] verdicts, int successes, int failures)
    {
        var (state, stored) = (new ProbeState("c-0"), new List<string>());
        foreach (var verdict in verdicts)
        {
            (var store, state) = state.After(kind, verdict, successes, failures);
            stored.Add((store?.ToString() ?? "-") + (state.OnHold ? ", holds" : ""));
            if (state.OnHold) state = new ProbeState("c-1");
        }
        return stored;
    }

    private static IEnumerable<ProbeVerdict[]> Runs(int length) => length == 0
        ? [[]]
        : Runs(length - 1).SelectMany(run => Enum.GetValues<ProbeVerdict>().Select(verdict => (ProbeVerdict[])[.. run, verdict]));

    private sealed record Case(ProbeKind Kind, string Container, string State, bool Started, bool Deleting, bool PodOver, bool Never, bool OnHold, bool DelayOver);
}
