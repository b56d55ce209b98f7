using MiniK8s.Scheduler.Framework;

namespace MiniK8s.Scheduler.Tests.Framework;

// The rows of the table at the type.
public sealed class NominatedPodsTests
{
    private readonly NominatedPods _nominated = new();

    [Fact]
    public void Nominate_AnotherNode_MovesThePod()
    {
        _nominated.Nominate(A.Pod().Info(), "n1");

        _nominated.Nominate(A.Pod().Info(), "n2");

        Assert.Equal(("", "default/web", "n2"), (On("n1"), On("n2"), _nominated.NodeOf("uid-web")));
    }

    [Fact]
    public void Nominate_NoNode_TakesTheNominationBack()
    {
        _nominated.Nominate(A.Pod().Info(), "n1");
        _nominated.Nominate(A.Pod("other").Info(), "n1");

        _nominated.Nominate(A.Pod().Info(), "");

        Assert.Equal(("default/other", "", false), (On("n1"), _nominated.NodeOf("uid-web"), _nominated.IsEmpty));
    }

    [Fact]
    public void Remove_LastOne_LeavesNothing()
    {
        _nominated.Nominate(A.Pod().Info(), "n1");

        Assert.True(_nominated.Remove("uid-web"));
        Assert.False(_nominated.Remove("uid-web"));

        Assert.Equal(("", true), (On("n1"), _nominated.IsEmpty));
    }

    [Theory]
    [InlineData("", null, "", "")]      // heard of for the first time: its status counts
    [InlineData("", null, "n2", "n2")]
    [InlineData("n1", null, "", "")]
    [InlineData("n1", "", "", "n1")]        // its status lags what we have decided
    [InlineData("n2", "n1", "n1", "n2")]
    [InlineData("", "n1", "n1", "")]
    [InlineData("n1", "", "n1", "n1")]        // its status has changed
    [InlineData("n1", "", "n2", "n2")]
    [InlineData("n1", "n1", "", "")]
    public void Hear_PodWithoutANode_FollowsItsStatusWhereThatHasChanged(string known, string? before, string now, string then)
    {
        _nominated.Nominate(A.Pod().Info(), known);

        _nominated.Hear(A.Pod().Nominated(now).Info(), before);

        Assert.Equal(then, _nominated.NodeOf("uid-web"));
        Assert.Equal(then.Length > 0 ? "default/web" : "", On("n1") + On("n2"));
    }

    [Fact]
    public void Hear_NominatedPodThatChanged_KeepsItsLatestState()
    {
        _nominated.Nominate(A.Pod().Priority(1).Info(), "n1");

        _nominated.Hear(A.Pod().Priority(2).Info(), before: "");

        Assert.Equal(2, Assert.Single(_nominated.On("n1")).Priority);
    }

    private string On(string node) => string.Join(" ", _nominated.On(node));
}
