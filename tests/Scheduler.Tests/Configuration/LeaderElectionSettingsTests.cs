using MiniK8s.Client.LeaderElection;
using MiniK8s.Hosting;

namespace MiniK8s.Scheduler.Tests.Configuration;

// Whether flag or file counts in the election, on the builder that the process itself has.
public sealed class LeaderElectionSettingsTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void Add_NothingSaid_IsAsKubernetesHasIt() => Assert.Equal(
        new Election(true, 15, 10, 2, "kube-system", "kube-scheduler"), Given());

    [Fact]
    public void Add_File_EveryValueIsTaken()
    {
        Write("leaderElection: {leaderElect: false, leaseDuration: 60s, renewDeadline: 40s, retryPeriod: 5s, resourceName: mine, resourceNamespace: ours}");

        Assert.Equal(new Election(false, 60, 40, 5, "ours", "mine"), Given("--config", _file));
    }

    [Fact]
    public void Add_FlagsOverAFile_CountBeforeItEachForItself()
    {
        Write("leaderElection: {leaderElect: false, leaseDuration: 60s, renewDeadline: 40s, retryPeriod: 5s, resourceName: mine}");

        Assert.Equal(
            new Election(true, 60, 40, 7, "kube-system", "theirs"),
            Given("--config", _file, "--leader-elect", "--leader-elect-retry-period", "7s", "--leader-elect-resource-name", "theirs"));
    }

    [Fact]
    public void Add_FileThatSaysNothingOfIt_LeavesItToTheFlags()
    {
        Write("parallelism: 8");

        Assert.Equal(new Election(false, 15, 10, 3, "kube-system", "kube-scheduler"), Given("--config", _file, "--leader-elect=false", "--leader-elect-retry-period=3s"));
    }

    private static Election Given(params string[] args)
    {
        var builder = MiniK8sProcess.CreateBuilder("scheduler", args, ownsConfig: true);
        builder.AddScheduler();
        var options = (LeaderElectionOptions)builder.Services.Single(service => service.ServiceType == typeof(LeaderElectionOptions)).ImplementationInstance!;
        return new Election(
            options.LeaderElect, options.LeaderElectLeaseDuration.TotalSeconds, options.LeaderElectRenewDeadline.TotalSeconds,
            options.LeaderElectRetryPeriod.TotalSeconds, options.LeaderElectResourceNamespace, options.LeaderElectResourceName);
    }

    private void Write(string body) => File.WriteAllText(_file, $"apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\n{body}\n");

    private sealed record Election(bool Elects, double Duration, double Deadline, double Retry, string Namespace, string? Name);
}
