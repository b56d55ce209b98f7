using MiniK8s.Kubelet.Hooks;
using MiniK8s.Kubelet.Runtime;
using MiniK8s.Kubelet.Tests.Fakes;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.Tests.Hooks;

/// <summary>What a hook that fails says for itself.</summary>
public sealed class HookRunnerTests
{
    [Fact]
    public async Task RunAsync_ExecFails_QuotesTheOutputAsGoDoes()
    {
        var time = new ManualTimeProvider();
        var runtime = new FakeRuntime(time) { OnExec = (_, _, _) => Task.FromResult(new ExecResult(3, "say \"hi\"\n", "")) };
        var hook = new LifecycleHandler { Exec = new ExecAction { Command = { "sh", "greet" } } };

        var failure = await new HookRunner(runtime, new NoNetwork(), time).RunAsync(new HookCall(A.Pod(), A.Container("c"), "c-0", "10.244.0.2", hook), default);

        Assert.Equal(
            "Exec lifecycle hook ([sh greet]) for Container \"c\" in Pod \"p_ns(uid-1)\" failed - error: command 'sh greet' exited with 3: , message: \"say \\\"hi\\\"\\n\"",
            failure);
    }
}
