using MiniK8s.Kubelet.PodWorkers;
using MiniK8s.Kubelet.Tests.Fakes;

using RuntimeState = MiniK8s.Kubelet.Runtime.ContainerState;

namespace MiniK8s.Kubelet.Tests.PodWorkers;

public sealed class RestartRuleTests
{
    [Theory]
    [InlineData(RuntimeState.Created, 0, true, true, true)]
    [InlineData(RuntimeState.Unknown, 0, true, true, true)]
    [InlineData(RuntimeState.Running, 0, false, false, false)]
    [InlineData(RuntimeState.Exited, 0, true, false, false)]
    [InlineData(RuntimeState.Exited, 1, true, true, false)]
    internal void ShouldStart_State_FollowsTheTable(RuntimeState state, int exitCode, bool always, bool onFailure, bool never)
    {
        var newest = A.Instance("c", state, exitCode: exitCode);

        Assert.Equal((always, onFailure, never), (Starts("Always"), Starts("OnFailure"), Starts("Never")));

        bool Starts(string policy) => RestartRule.ShouldStart(policy, newest);
    }

    [Theory]
    [InlineData("Always")]
    [InlineData("OnFailure")]
    [InlineData("Never")]
    public void ShouldStart_NoInstance_Yes(string policy) => Assert.True(RestartRule.ShouldStart(policy, null));
}
