using System.Diagnostics;

using MiniK8s.ClusterKit;

namespace MiniK8s.Cluster.Tests;

/// <summary>The lab itself: it leaves no process behind, however it ends, and keeps its data.</summary>
public sealed class LabTests
{
    [Fact]
    public async Task Up_KilledWithoutWarning_LeavesNoProcessBehind()
    {
        await using var lab = await Lab.StartAsync();
        var pids = lab.Pids().Values.ToList();

        lab.KillSupervisor();

        await Eventually.TrueAsync(() => pids.TrueForAll(pid => !IsRunning(pid)), "every process of the lab has ended");
    }

    [Fact]
    public async Task Up_FolderOfARunningLab_IsRefusedAndTheLabRunsOn()
    {
        await using var lab = await Lab.StartAsync();
        var pids = lab.Pids();

        var second = await Command.RunAsync("dotnet", [Lab.Program, "up", "--ports", "auto", "--data", lab.Folder]);

        Assert.Equal(1, second.ExitCode);
        Assert.StartsWith($"A lab already runs in {lab.Folder}: stop it with `mk8s down", second.Error);
        await UntilWellAsync(lab);
        Assert.Equal(pids, lab.Pids());
    }

    [Fact]
    public async Task Down_RunningLab_ReturnsWhenEveryProcessHasEndedAndTheNextUpFindsItsData()
    {
        var folder = Directory.CreateTempSubdirectory("mk8s-test-").FullName;
        var first = await Lab.StartAsync(folder);
        var pids = first.Pids().Values.ToList();
        await first.KubectlOkAsync("create", "configmap", "kept", "--from-literal=a=b");

        var down = await first.DownAsync();

        Assert.Equal(0, down.ExitCode);
        Assert.DoesNotContain(pids, IsRunning);
        await using var second = await Lab.StartAsync(folder);
        Assert.Equal("b", await second.KubectlOkAsync("get", "configmap", "kept", "-o", "jsonpath={.data.a}"));
    }

    [RequiresToolFact("kubectl", "etcd")]
    public async Task Up_RealEtcd_APodLivesItsWholeLifeThere()
    {
        await using var etcd = await StoreServer.StartAsync(StoreKind.Etcd);
        await using var lab = await Lab.StartAsync(null, "--etcd-servers", etcd.Endpoint);

        await lab.KubectlOkAsync("run", "web", "--image=nginx");
        await lab.KubectlOkAsync("wait", "--for=condition=Ready", "pod/web", "--timeout=60s");
        var phase = await lab.KubectlOkAsync("get", "pod", "web", "-o", "jsonpath={.status.phase}");
        await lab.KubectlOkAsync("delete", "pod", "web", "--timeout=60s");
        var gone = await lab.KubectlAsync("get", "pod", "web");

        Assert.Equal("Running", phase);
        Assert.Contains("pods \"web\" not found", gone.Error);
        Assert.DoesNotContain("store", lab.Pids().Keys);
        await UntilWellAsync(lab);
        // The lab says where its store is, and etcd remembers the whole life.
        var history = await Command.RunAsync("dotnet", [Lab.Program, "store", "history", "pod/web", "--data", lab.Folder]);
        Assert.Matches(@"(?s) created\n.*spec\.nodeName = node-\d.*status\.phase: Pending -> Running.*metadata\.deletionTimestamp = .* deleted\n$", history.Output);
    }

    // On a busy machine a process may once not say in time that it is well.
    private static Task UntilWellAsync(Lab lab) => Eventually.TrueAsync(
        async () => (await Command.RunAsync("dotnet", [Lab.Program, "status", "--data", lab.Folder])).ExitCode == 0, "the lab is well");

    private static bool IsRunning(int pid)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
