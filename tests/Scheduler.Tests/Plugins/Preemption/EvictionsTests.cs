using System.Text.Json;

using MiniK8s.Api.Errors;
using MiniK8s.Client.Tests.Fakes;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Scheduler.Framework;
using MiniK8s.Scheduler.Plugins.DefaultPreemption;

namespace MiniK8s.Scheduler.Tests.Plugins.Preemption;

// What is written when it has been decided who has to go.
public sealed class EvictionsTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly FakeApiClient _api = new();
    private readonly FakeEventRecorder _events = new();

    [Fact]
    public async Task Apply_Victim_IsToldWhyThenDeletedWithItsOwnGrace()
    {
        await ApplyAsync(Victim("low"));

        Assert.Equal(["patch Pod default/low status", "delete Pod default/low"], Writes());
        Assert.Equal("low grace own uid uid-low", Assert.Single(_api.Deletions));
        Assert.Equal("Normal Preempted Pod/low: Preempted by pod uid-urgent on node n1", Assert.Single(Events()));
        var (name, subresource, document) = Assert.Single(_api.Patches);
        Assert.Equal(("low", "status"), (name, subresource));
        Assert.Equal(
            """{"metadata":{"uid":"uid-low"},"status":{"conditions":[{"type":"DisruptionTarget","status":"True","reason":"PreemptionByScheduler", """.TrimEnd()
            + """ "message":"default-scheduler: preempting to accommodate a higher priority pod", """.Trim()
            + """ "lastProbeTime":null,"lastTransitionTime":"2030-01-01T12:00:00Z"}]}}""".TrimStart(), document);
    }

    [Fact]
    public async Task Apply_SeveralVictims_AllGo()
    {
        await ApplyAsync(Victim("a"), Victim("b"), Victim("c"));

        Assert.Equal(["delete Pod default/a", "delete Pod default/b", "delete Pod default/c"], Writes().Where(write => write.StartsWith("delete", StringComparison.Ordinal)).Order());
        Assert.Equal(3, Events().Count);
    }

    [Fact]
    public async Task Apply_VictimThatIsEnding_IsLeftToThat()
    {
        await ApplyAsync(Victim("low").Deleted());

        Assert.Empty(Writes());
        Assert.Empty(Events());
    }

    [Fact]
    public async Task Apply_VictimThatHasBeenTold_IsDeletedOnly()
    {
        var victim = Victim("low");
        victim.Status.Conditions.Add(new PodCondition
        {
            Type = "DisruptionTarget", Status = "True", Reason = "PreemptionByScheduler",
            Message = "default-scheduler: preempting to accommodate a higher priority pod",
        });

        await ApplyAsync(victim);

        Assert.Equal(["delete Pod default/low"], Writes());
    }

    [Theory]
    [InlineData("patch", 404)]
    [InlineData("patch", 409)]
    [InlineData("delete", 404)]
    [InlineData("delete", 409)]
    public async Task Apply_VictimIsGoneOrAnother_IsDoneWithQuietly(string verb, int code)
    {
        _api.Refuse = write => write.StartsWith(verb, StringComparison.Ordinal) ? FakeApiClient.Refusal(code, "Reason") : null;

        await ApplyAsync(Victim("low"));

        Assert.Empty(Events());
    }

    [Theory]
    [InlineData("patch")]
    [InlineData("delete")]
    public async Task Apply_ServerRefuses_ThrowsWhenAllHaveBeenAsked(string verb)
    {
        _api.Refuse = write => write.StartsWith($"{verb} Pod default/a", StringComparison.Ordinal) ? FakeApiClient.Refusal(503, "ServiceUnavailable", "no leader") : null;

        var refusal = await Assert.ThrowsAsync<ApiException>(() => ApplyAsync(Victim("a"), Victim("b")));

        Assert.Equal("no leader", refusal.Message);
        Assert.Equal("Normal Preempted Pod/b: Preempted by pod uid-urgent on node n1", Assert.Single(Events()));
    }

    [Fact]
    public async Task Apply_Displaced_LoseTheirNominationAfterTheEvictions()
    {
        var displaced = _api.Put(A.Pod("lower").Nominated("n1")).Info();

        await ApplyAsync([Victim("low")], [displaced]);

        Assert.Equal(["patch Pod default/low status", "delete Pod default/low", "patch Pod default/lower status"], Writes());
        var patch = JsonDocument.Parse(_api.Patches[^1].Document).RootElement;
        Assert.Equal("uid-lower", patch.GetProperty("metadata").GetProperty("uid").GetString());
        Assert.Equal(JsonValueKind.Null, patch.GetProperty("status").GetProperty("nominatedNodeName").ValueKind);
    }

    [Fact]
    public async Task Apply_DisplacedCannotBeTold_IsNoFailure()
    {
        _api.Refuse = write => write.Contains("lower", StringComparison.Ordinal) ? FakeApiClient.Refusal(503, "ServiceUnavailable") : null;

        await ApplyAsync([Victim("low")], [_api.Put(A.Pod("lower").Nominated("n1")).Info()]);

        Assert.Single(Events());
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    public async Task Apply_NothingWasDecided_WritesNothing(string? nominated)
    {
        await Plugin().ApplyAsync(A.Pod("urgent").Info(), new PostFilterResult("no", nominated, [], []), default);

        Assert.Empty(Writes());
    }

    private Pod Victim(string name) => _api.Put(A.Pod(name).OnNode("n1"));

    private Task ApplyAsync(params Pod[] victims) => ApplyAsync(victims, []);

    private Task ApplyAsync(Pod[] victims, IReadOnlyList<PodInfo> displaced) =>
        Plugin().ApplyAsync(A.Pod("urgent").Info(), new PostFilterResult("", "n1", [.. victims.Select(victim => victim.Info())], displaced), default);

    private DefaultPreemption Plugin() => new(new DefaultPreemptionArgs(), A.Context(_api, _events, _time), new Random(1));

    private List<string> Writes() => Drain(_api.Writes.Reader);

    private List<string> Events() => Drain(_events.Recorded.Reader);

    private static List<string> Drain(System.Threading.Channels.ChannelReader<string> reader)
    {
        var read = new List<string>();
        while (reader.TryRead(out var item)) read.Add(item);
        return read;
    }
}
