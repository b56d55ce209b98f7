using MiniK8s.Kubelet.Runtime;
using MiniK8s.Kubelet.Simulation.Files;
using MiniK8s.Kubelet.Simulation.Journal;

namespace MiniK8s.Kubelet.Tests.Simulation;

/// <summary>
/// Every test leaves the first lab without a word, as kill -9 does, copies what it had written and opens a second one on it.
/// </summary>
public sealed class JournalTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("minik8s").FullName;
    private int _copies;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Restart_RunningServer_GoesOnUnderTheSameIdAndAddress()
    {
        var (first, time) = Open();
        var pod = await first.PodAsync();
        var id = await pod.StartAsync("nginx:1.17.1");
        await first.ExecAsync(id, "echo kept > /usr/share/nginx/html/index.html");
        var before = await first.StatusAsync(id);
        time.Advance(TimeSpan.FromMinutes(5));

        await using var second = Reopen(time);

        var after = await second.StatusAsync(id);
        Assert.Equal((before.Id, before.StartedAt, ContainerState.Running, 0), (after.Id, after.StartedAt, after.State, after.Attempt));
        var answer = await second.Node.Network.HttpAsync(new HttpCall("HTTP", pod.Ip, 80, "/"), TimeSpan.FromSeconds(1), default);
        Assert.Equal("kept\n", answer.Body);
        Assert.NotEqual(pod.Ip, (await second.PodAsync()).Ip);
    }

    [Fact]
    public async Task Restart_SceneUnderWay_EndsAtItsTime()
    {
        var (first, time) = Open();
        var pod = await first.PodAsync(new Dictionary<string, string> { ["minik8s.dev/scene"] = "exit 4 after 60s" });
        var id = await pod.StartAsync("nginx:1.17.1");
        time.Advance(TimeSpan.FromSeconds(20));

        await using var second = Reopen(time);

        second.Time.Advance(TimeSpan.FromSeconds(39));
        Assert.Equal(ContainerState.Running, (await second.StatusAsync(id)).State);
        second.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(4, (await second.EndAsync(id)).ExitCode);
    }

    [Fact]
    public async Task Restart_InTheMiddleOfASleep_SleepsTheRest()
    {
        var (first, time) = Open();
        var id = await first.StartShellAsync("echo begin; sleep 60; echo end; exit 4");
        var started = (await first.StatusAsync(id)).StartedAt!.Value;
        time.Advance(TimeSpan.FromSeconds(25));

        await using var second = Reopen(time);
        await second.Time.WaitForTimersAsync(1);
        second.Time.Advance(TimeSpan.FromSeconds(35));

        var status = await second.EndAsync(id).OrMissing("the end");
        Assert.Equal((4, started.AddSeconds(60)), (status.ExitCode, status.FinishedAt!.Value));
        Assert.Equal("begin\nend\n", await second.LogAsync(id));
    }

    [Fact]
    public async Task Restart_ProgramWouldHaveEndedMeanwhile_EndedThen()
    {
        var (first, time) = Open();
        var id = await first.StartShellAsync("sleep 10; exit 2");
        var started = (await first.StatusAsync(id)).StartedAt!.Value;

        var later = new ManualTimeProvider(time.GetUtcNow() + TimeSpan.FromMinutes(10));
        await using var second = new SimLab(Copy(), later);

        var status = await second.EndAsync(id).OrMissing("the end");
        Assert.Equal((2, started.AddSeconds(10)), (status.ExitCode, status.FinishedAt!.Value));
    }

    [Fact]
    public async Task Restart_LoopThatWritesAFile_NeitherRepeatsNorForgetsARound()
    {
        var (first, time) = Open();
        var pod = await first.PodAsync();
        first.Node.Files.CreateDirectory("/shared");
        var id = await pod.StartAsync(new ContainerConfig
        {
            Name = "c", Image = "busybox", Mounts = [new("/shared", "/data")], Command = ["sh", "-c", "i=0; while true; do i=$((i+1)); echo $i >> /data/log; echo line $i; sleep 1; done"],
        });
        for (var i = 1; i < 5; i++)
        {
            await first.LinesAsync(id, i);
            await first.Time.WaitForTimersAsync(1);
            first.Time.Advance(TimeSpan.FromSeconds(1));
        }
        await first.LinesAsync(id, 5);
        await first.Time.WaitForTimersAsync(1);

        var later = new ManualTimeProvider(time.GetUtcNow() + TimeSpan.FromSeconds(3));
        await using var second = new SimLab(Copy(), later);
        await second.LinesAsync(id, 8);

        Assert.Equal("1\n2\n3\n4\n5\n6\n7\n8\n", System.Text.Encoding.UTF8.GetString(second.Node.Files.ReadFile("/shared/log")!));
        Assert.Equal("line 1\nline 2\nline 3\nline 4\nline 5\nline 6\nline 7\nline 8\n", await second.LogAsync(id));
    }

    [Fact]
    public async Task Restart_ExitedContainer_KeepsItsEnd()
    {
        var (first, time) = Open();
        var id = await first.StartShellAsync("echo last words > /dev/termination-log; exit 5");
        var before = await first.EndAsync(id);

        await using var second = Reopen(time);

        var after = await second.StatusAsync(id);
        Assert.Equal((before.ExitCode, before.FinishedAt, before.TerminationMessage, before.Reason), (after.ExitCode, after.FinishedAt, after.TerminationMessage, after.Reason));
    }

    [Fact]
    public async Task Restart_TornLastLine_IsPassedOver()
    {
        var (first, time) = Open();
        var id = await first.StartShellAsync("sleep 1000");
        var copy = Copy();
        await File.AppendAllTextAsync(Path.Combine(copy, "runtime.journal"), "0badc0de {\"t\":\"exited\",\"id\":\"");

        await using var second = new SimLab(copy, new ManualTimeProvider(time.GetUtcNow()));

        Assert.Equal(1, second.Host.Journal!.DamagedLines);
        Assert.Equal(ContainerState.Running, (await second.StatusAsync(id)).State);
    }

    [Fact]
    public async Task Restart_RemovedPod_LeavesNothing()
    {
        var (first, time) = Open();
        var pod = await first.PodAsync();
        await pod.StartAsync("busybox", "sleep", "1000");
        await first.Runtime.RemovePodSandboxAsync(pod.SandboxId, default);

        await using var second = Reopen(time);

        Assert.Empty(await second.Runtime.ListContainersAsync(null, default));
        Assert.Empty(await second.Runtime.ListPodSandboxesAsync(null, default));
        Assert.NotNull(await second.Runtime.ImageStatusAsync("busybox", default));
    }

    [Fact]
    public async Task Close_RunningContainer_IsNotRecordedAsEnded()
    {
        var (first, time) = Open();
        var id = await first.StartAsync("nginx:1.17.1");
        await first.DisposeAsync();

        await using var second = new SimLab(Path.Combine(_directory, "first"), time);

        Assert.Equal(ContainerState.Running, (await second.StatusAsync(id)).State);
    }

    [Fact]
    public void Append_ManyChangesOfOneFile_IsCompactedToTheLast()
    {
        var noon = new DateTimeOffset(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);
        var path = Path.Combine(_directory, "runtime.journal");
        using (var journal = new RuntimeJournal(_directory, compactFrom: 4096))
        {
            for (var i = 0; i < 1000; i++) journal.Append(new JournalRecord.FileChanged("n", "", noon, new FileChange.Write("/a", 420, 0, 0, [(byte)(i & 127)])));
            Assert.True(new FileInfo(path).Length < 8192);
        }

        using var reopened = new RuntimeJournal(_directory);

        var change = Assert.Single(reopened.Restored("n").Files[""].Changes);
        Assert.Equal([(byte)(999 & 127)], Assert.IsType<FileChange.Write>(change).Content);
    }

    [Fact]
    public void Open_StateDirectoryInUse_IsRefused()
    {
        using var journal = new RuntimeJournal(_directory);

        Assert.Throws<IOException>(() => new RuntimeJournal(_directory));
    }

    private (SimLab Lab, ManualTimeProvider Time) Open()
    {
        var time = new ManualTimeProvider();
        return (new SimLab(Path.Combine(_directory, "first"), time), time);
    }

    private SimLab Reopen(ManualTimeProvider time) => new(Copy(), new ManualTimeProvider(time.GetUtcNow()));

    private string Copy()
    {
        var copy = Directory.CreateDirectory(Path.Combine(_directory, $"copy{++_copies}")).FullName;
        using var from = new FileStream(Path.Combine(_directory, "first", "runtime.journal"), FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var to = File.Create(Path.Combine(copy, "runtime.journal"));
        from.CopyTo(to);
        return copy;
    }
}
