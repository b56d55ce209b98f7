using MiniK8s.ControllerManager.TaintEviction;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.ControllerManager.Tests.TaintEviction;

/// <summary>Taints x tolerations x what is planned x time, against the table at <see cref="EvictionStep"/>.</summary>
/// <remarks>
/// Taints: <c>a</c> is a:NoExecute, <c>a/NoSchedule</c> another effect, <c>a=v</c> with a value. Tolerations: <c>a</c> for ever, <c>a:5</c> for five
/// seconds, <c>*</c> for every key and effect, <c>a=v</c> by value, <c>a/NoSchedule</c> of that effect. Kept: <c>+10</c> due in ten seconds, <c>-1</c>
/// due a second ago, <c>done</c> for the same, <c>done before</c> for other taints, <c>done earlier</c> for other tolerations.
/// </remarks>
public sealed class EvictionStepTests
{
    private const string NotThere = "no node";
    private static readonly DateTimeOffset Noon = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    // Taints that drive nobody out.
    [InlineData("", "", "", "nothing")]
    [InlineData("a/NoSchedule", "", "", "nothing")]
    [InlineData("a/PreferNoSchedule", "", "", "nothing")]
    [InlineData("", "a:5", "+10", "cancel")]
    [InlineData("a/NoSchedule", "a:5", "+10", "cancel")]
    [InlineData("", "a:5", "-1", "cancel")]
    [InlineData("", "a:5", "done", "nothing")]
    // Not tolerated.
    [InlineData("a", "", "", "evict")]
    [InlineData("a", "b", "", "evict")]
    [InlineData("a", "a/NoSchedule", "", "evict")]
    [InlineData("a=v", "a=w", "", "evict")]
    [InlineData("a b", "a", "", "evict")]
    [InlineData("a b", "b:5", "", "evict")]
    [InlineData("a b", "b:5", "+10", "cancel evict")]
    [InlineData("a", "", "-1", "evict")]
    [InlineData("a", "", "done", "done")]
    [InlineData("a", "", "done before", "evict")]
    [InlineData("a", "b", "done earlier", "evict")]
    // Tolerated for ever.
    [InlineData("a", "a", "", "nothing")]
    [InlineData("a=v", "a=v", "", "nothing")]
    [InlineData("a=v", "a", "", "nothing")]
    [InlineData("a b", "*", "", "nothing")]
    [InlineData("a b", "a b", "", "nothing")]
    [InlineData("a", "a", "+10", "cancel")]
    [InlineData("a", "a", "-1", "cancel")]
    [InlineData("a", "a", "done before", "nothing")]
    // Tolerated for a while: the least of those used, and the first that fits a taint is the one used.
    [InlineData("a", "a:5", "", "+5")]
    [InlineData("a", "a:300", "", "+300")]
    [InlineData("a", "*:5", "", "+5")]
    [InlineData("a b", "a:5 b:7", "", "+5")]
    [InlineData("a b", "a:7 b:5", "", "+5")]
    [InlineData("a b", "a b:7", "", "+7")]
    [InlineData("a", "a:7 b:5", "", "+7")]
    [InlineData("a", "a:7 a:5", "", "+7")]
    [InlineData("a", "a a:5", "", "nothing")]
    [InlineData("a", "a:5 a", "", "+5")]
    [InlineData("a b/NoSchedule", "a:5", "", "+5")]
    [InlineData("a", "a:9223372036854775807", "", "+2147483647")]
    // A plan stands, whatever the seconds are by now, until its time has come.
    [InlineData("a", "a:5", "+10", "+10")]
    [InlineData("a", "a:20", "+10", "+10")]
    [InlineData("b", "a:5 b:20", "+10", "+10")]
    [InlineData("a b", "a:5 b:2", "+10", "+10")]
    [InlineData("a", "a:0", "+10", "+10")]
    [InlineData("a", "a:5", "+0", "evict")]
    [InlineData("a", "a:5", "-1", "evict")]
    [InlineData("a", "a:5", "done", "done")]
    [InlineData("a", "a:5", "done before", "+5")]
    [InlineData("a", "a:5", "done earlier", "+5")]
    // No seconds at all.
    [InlineData("a", "a:0", "", "evict")]
    [InlineData("a", "a:-3", "", "evict")]
    [InlineData("a b", "a:0 b:5", "", "evict")]
    // Nobody knows the node.
    [InlineData(NotThere, "", "", "nothing")]
    [InlineData(NotThere, "a:5", "+10", "+10")]
    [InlineData(NotThere, "a:5", "-1", "evict")]
    [InlineData(NotThere, "a:5", "done", "done")]
    public void Of_EachRow_IsAsTheTableSays(string taints, string tolerations, string kept, string expected) =>
        Assert.Equal(expected, Describe(EvictionStep.Of(Kept(kept, taints, tolerations), Pod(tolerations), NodeWith(taints), Noon)));

    [Theory]
    [InlineData("Succeeded", false)]
    [InlineData("Failed", false)]
    [InlineData("Running", true)]
    public void Of_PodThatHasEndedOrIsLeaving_IsTreatedLikeAnyOther(string phase, bool deleting)
    {
        var pod = A.Pod("a", "10.1.0.1", phase: phase, deleting: deleting);

        Assert.Equal("evict", Describe(EvictionStep.Of(null, pod, NodeWith("a"), Noon)));
    }

    [Theory]
    [InlineData("", "nothing")]
    [InlineData("+10", "cancel")]
    [InlineData("-1", "cancel")]
    [InlineData("done", "nothing")]
    public void Of_PodThatIsGone_GivesUpWhatWasPlanned(string kept, string expected) =>
        Assert.Equal(expected, Describe(EvictionStep.Of(Kept(kept, "a", "a:5"), pod: null, node: null, Noon)));

    [Theory]
    [InlineData("a:5", "+10", "cancel +5")]
    [InlineData("a:5", "-1", "cancel +5")]
    [InlineData("", "+10", "cancel evict")]
    [InlineData("a:5", "done", "+5")]
    public void Of_AnotherUnderItsName_IsJudgedAnew(string tolerations, string kept, string expected)
    {
        var former = Kept(kept, "a", tolerations)! with { Uid = "uid-former" };

        Assert.Equal(expected, Describe(EvictionStep.Of(former, Pod(tolerations), NodeWith("a"), Noon)));
    }

    private static string Describe(EvictionStep step)
    {
        var next = step.Next is null ? "nothing" : step.Next.Due is not { } due ? "done" : $"+{(due - Noon).TotalSeconds}";
        var words = (string[])[.. step.Cancels ? ["cancel"] : Array.Empty<string>(), .. step.Evicts ? ["evict"] : step is { Next: null, Cancels: true } ? [] : (string[])[next]];
        if (step.Evicts) Assert.True(step.Next!.Due <= Noon, "it is kept until it is done");
        if (step.Next is { } kept) Assert.Equal("uid-a", kept.Uid);
        return string.Join(' ', words);
    }

    private static PlannedEviction? Kept(string kept, string taints, string tolerations) => kept switch
    {
        "" => null,
        "done" => Plan(null, taints, tolerations),
        "done before" => Plan(null, "z", tolerations),
        "done earlier" => Plan(null, taints, "z"),
        _ => Plan(Noon.AddSeconds(int.Parse(kept)), "z", "z"),
    };

    private static PlannedEviction Plan(DateTimeOffset? due, string taints, string tolerations) => new(
        "uid-a", due, [.. NodeWith(taints) is { } node ? EvictionStep.NoExecute(node) : []], [.. Pod(tolerations).Spec.Tolerations]);

    private static Node? NodeWith(string taints) => taints == NotThere ? null : new Node
    {
        Metadata = new ObjectMeta { Name = "n1" },
        Spec = new NodeSpec { Taints = { Words(taints).Select(Taint) } },
    };

    private static Taint Taint(string text)
    {
        var (effect, value) = (After(text, '/'), After(text, '='));
        return new Taint { Key = text.Split('/', '=')[0], Value = value ?? "", Effect = effect ?? "NoExecute" };
    }

    private static Pod Pod(string tolerations)
    {
        var pod = A.Pod("a", "10.1.0.1");
        pod.Spec.Tolerations.Add(Words(tolerations).Select(Toleration));
        return pod;
    }

    private static Toleration Toleration(string text)
    {
        var (key, value) = (text.Split('/', '=', ':')[0], After(text, '='));
        var made = new Toleration { Key = key == "*" ? "" : key, Effect = After(text, '/') ?? (key == "*" ? "" : "NoExecute"), Operator = value is null ? "Exists" : "Equal", Value = value ?? "" };
        if (After(text, ':') is { } seconds) made.TolerationSeconds = long.Parse(seconds);
        return made;
    }

    private static string? After(string text, char sign) => text.Contains(sign) ? text[(text.IndexOf(sign) + 1)..] : null;

    private static string[] Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
