using MiniK8s.Kubelet.ContainerConfigs;
using MiniK8s.Kubelet.Tests.Fakes;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.Tests.PodWorkers;

/// <summary>What a pod says of its processes, on its way to the runtime.</summary>
[OneAtATime]
public sealed class ProcessNamespaceTests
{
    [Theory]
    [InlineData(false, false, "c-0")]
    [InlineData(true, false, null)]
    [InlineData(false, true, null)]
    public async Task Debug_ContainerWithATarget_JoinsItUnlessAllAreSeenAnyway(bool isShared, bool isHosts, string? target)
    {
        await using var worker = new WorkerHarness(A.Pod().With(p => (p.Spec.ShareProcessNamespace, p.Spec.HostPid) = (isShared, isHosts)));
        await worker.StatusAsync("Running", s => s.Phase == "Running");

        worker.Change(p => p.Spec.EphemeralContainers.Add(new EphemeralContainer { EphemeralContainerCommon = new() { Name = "debugger", Image = "app:1" }, TargetContainerName = "c" }));

        await worker.CallAsync("start debugger 0");
        var instance = (await worker.Runtime.ListContainersAsync(null, default)).Single(c => c.Name == "debugger");
        Assert.Equal(target, instance.Config.TargetId);
    }

    [Fact]
    public async Task Sandbox_OfAPodThatSharesItsProcesses_SaysSoAndWhomItsPauseRunsAs()
    {
        await using var worker = new WorkerHarness(A.Pod().With(p =>
        {
            p.Spec.ShareProcessNamespace = true;
            p.Spec.SecurityContext = new PodSecurityContext { RunAsUser = 1000, RunAsGroup = 3000 };
        }));
        await worker.CallAsync("start c 0");

        var config = (await worker.Runtime.ListPodSandboxesAsync(null, default)).Single().Config;
        Assert.Equal((true, 1000, 3000), (config.ShareProcessNamespace, config.RunAsUser, config.RunAsGroup));
    }

    [Theory]
    [InlineData("SYS_PTRACE", true)]
    [InlineData("ALL", true)]
    [InlineData("NET_ADMIN", false)]
    [InlineData(null, false)]
    public void Merge_Capabilities_TellWhetherOtherUsersProcessesMayBeLookedInto(string? added, bool expected)
    {
        var own = new SecurityContext { Capabilities = new Capabilities() };
        if (added is not null) own.Capabilities.Add.Add(added);

        Assert.Equal(expected, SecurityContexts.Merge(null, own).SysPtrace);
        Assert.False(SecurityContexts.Merge(null, null).SysPtrace);
    }
}
