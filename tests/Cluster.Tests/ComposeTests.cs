using MiniK8s.ClusterKit;

namespace MiniK8s.Cluster.Tests;

/// <summary>docker-compose.yml is read by docker-compose; no engine runs where these tests do, so nothing more is claimed.</summary>
public sealed class ComposeTests
{
    [RequiresToolFact("docker-compose")]
    public async Task ComposeFile_Config_IsValid()
    {
        var result = await Command.RunAsync("docker-compose", ["-f", Path.Combine(Repository.Root, "docker-compose.yml"), "config", "--services"]);

        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Equal(
            ["apiserver", "certificates", "controller-manager", "kubelet-1", "kubelet-2", "scheduler", "store"],
            result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order());
    }
}
