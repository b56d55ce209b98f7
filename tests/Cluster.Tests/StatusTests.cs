using MiniK8s.ClusterKit;

namespace MiniK8s.Cluster.Tests;

[Collection("lab")]
public sealed class StatusTests(SharedLab shared)
{
    [Fact]
    public async Task Status_IntoAPipe_ShowsEveryProcessInPlainText()
    {
        var status = await Command.RunAsync("dotnet", [Lab.Program, "status", "--data", shared.Lab.Folder]);

        Assert.All(shared.Lab.Pids(), process => Assert.Matches($"{process.Key} +│ {process.Value} +│ running ", status.Output));
        Assert.DoesNotContain('\e', status.Output);
    }
}
