using MiniK8s.Api.Errors;
using MiniK8s.Client.Informers;
using MiniK8s.Client.Tests.Fakes;
using MiniK8s.ControllerManager.TaintEviction;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.ControllerManager.Tests.TaintEviction;

public sealed class PodDeletionTests
{
    private static readonly string[] Deletion = ["patch Pod shop/a status", "delete Pod shop/a"];

    private readonly Controllers _made = new();
    private readonly PodDeletion _deletion;

    public PodDeletionTests() => _deletion = new PodDeletion(_made.Api, _made.Time);

    [Fact]
    public async Task Delete_PodIsGone_IsDone()
    {
        await DeleteAsync();

        Assert.Empty(_made.TakeWrites());
    }

    [Fact]
    public async Task Delete_AnotherHasTheNameByNow_IsLeftAlone()
    {
        _made.Api.Put(A.Pod("a", "10.1.0.2")).Metadata.Uid = "uid-other";

        await DeleteAsync();

        Assert.Empty(_made.TakeWrites());
    }

    [Fact]
    public async Task Delete_ConditionIsThereAlready_OnlyDeletes()
    {
        _made.Api.Put(Disrupted("DeletionByTaintManager"));

        await DeleteAsync();

        Assert.Equal(["delete Pod shop/a"], _made.TakeWrites());
    }

    [Fact]
    public async Task Delete_ConditionOfAnotherReason_IsReplacedAndKeepsItsTime()
    {
        _made.Api.Put(Disrupted("PreemptionByScheduler"));

        await DeleteAsync();

        Assert.Equal(Deletion, _made.TakeWrites());
        Assert.Contains("\"lastTransitionTime\":\"1970-01-01T00:00:07Z\"", _made.Api.Patches.Single().Document);
    }

    [Theory]
    [InlineData("patch", 0)]
    [InlineData("patch", 4)]
    [InlineData("delete", 1)]
    [InlineData("delete", 4)]
    public async Task Delete_ServerRefuses_TriesAgainTenMillisecondsLater(string verb, int refusals)
    {
        var calls = Refusing(verb, refusals);
        _made.Api.Put(A.Pod("a", "10.1.0.1"));

        var deleting = DeleteAsync();
        await AdvanceAsync(refusals);
        await deleting.OrMissing("the deletion");

        Assert.Equal(refusals + 1, calls());
        Assert.Equal(Deletion, _made.TakeWrites().TakeLast(2));
    }

    [Fact]
    public async Task Delete_ServerRefusesFiveTimes_Throws()
    {
        var calls = Refusing("delete", 5);
        _made.Api.Put(A.Pod("a", "10.1.0.1"));

        var deleting = DeleteAsync();
        await AdvanceAsync(4);

        Assert.Equal(503, (await Assert.ThrowsAsync<ApiException>(() => deleting.OrMissing("the fifth attempt"))).Status.Code);
        Assert.Equal(5, calls());
    }

    private async Task AdvanceAsync(int pauses)
    {
        for (var pause = 0; pause < pauses; pause++)
        {
            await _made.Time.WaitForTimersAsync(1);
            Assert.Equal(TimeSpan.FromMilliseconds(10), _made.Time.AdvanceToNextTimer());
        }
    }

    private Func<int> Refusing(string verb, int times)
    {
        var calls = 0;
        _made.Api.Refuse = write => write.StartsWith(verb, StringComparison.Ordinal) && ++calls <= times ? FakeApiClient.Refusal(503, "ServiceUnavailable") : null;
        return () => calls;
    }

    private Task DeleteAsync() => _deletion.DeleteAsync(new ObjectKey("shop", "a"), "uid-a", CancellationToken.None);

    private static Pod Disrupted(string reason)
    {
        var pod = A.Pod("a", "10.1.0.1");
        pod.Status.Conditions.Add(new PodCondition
        {
            Type = "DisruptionTarget", Status = "True", Reason = reason, Message = "Taint manager: deleting due to NoExecute taint", LastTransitionTime = new() { Seconds = 7 },
        });
        return pod;
    }
}
