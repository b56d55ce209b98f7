using MiniK8s.Api.Errors;
using MiniK8s.ClusterKit;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.V1;

namespace MiniK8s.Cluster.Tests;

/// <summary>kill -9: nothing that was acknowledged is lost, nothing runs twice, everything converges.</summary>
/// <remarks>One lab, of which each test has both nodes to itself: what it leaves running is cleared away before the next.</remarks>
public sealed class CrashTests(SharedLab shared) : IClassFixture<SharedLab>, IAsyncLifetime
{
    private readonly Lab _lab = shared.Lab;
    private string _namespace = "";

    public async Task InitializeAsync() => _namespace = await shared.NewNamespaceAsync();

    public Task DisposeAsync() => _lab.KubectlOkAsync("delete", "namespace", _namespace, "--timeout=120s");

    [Theory]
    [InlineData("store")]
    [InlineData("apiserver")]
    [InlineData("scheduler")]
    [InlineData("controller-manager")]
    [InlineData("kubelet-node-1")]
    public async Task Kill_UnderCreatesAndDeletes_EverythingAcknowledgedIsThere(string process)
    {
        using var stop = new CancellationTokenSource();
        var traffic = TrafficAsync(process, stop.Token);
        await traffic.Begun;

        await _lab.KillAsync(process);
        await Eventually.TrueAsync(() => traffic.AcknowledgedSince(), $"writes are acknowledged again after {process} was killed");
        await stop.CancelAsync();
        var expected = await traffic.ResultAsync();

        foreach (var name in expected.Kept) await _lab.Api.UntilRunningAsync(_namespace, name);
        foreach (var name in expected.Deleted) await _lab.Api.UntilGoneAsync(_namespace, name);
        foreach (var name in expected.Kept)
        {
            // Started once: neither a second instance nor a restart.
            var pod = (await _lab.Api.FindPodAsync(_namespace, name))!;
            Assert.Equal(0, pod.Status.ContainerStatuses[0].RestartCount);
        }
    }

    [Fact]
    public async Task KubeletDown_DeletedPod_StaysTerminatingUntilItReturns()
    {
        // Paused, not killed: a killed one would be started again at once.
        await _lab.Api.CreatePodAsync(A.Script(_namespace, "p", "trap 'exit 0' TERM; while true; do sleep 1; done").Grace(2).OnNode("node-1"));
        await _lab.Api.UntilRunningAsync(_namespace, "p");
        var kubelet = _lab.Pids()["kubelet-node-1"];
        await Command.RunAsync("kill", ["-STOP", $"{kubelet}"]);

        await _lab.Api.DeletePodAsync(_namespace, "p");
        await Task.Delay(TimeSpan.FromSeconds(4));      // longer than the grace: only the kubelet may finish it
        var waiting = await _lab.Api.FindPodAsync(_namespace, "p");
        await Command.RunAsync("kill", ["-CONT", $"{kubelet}"]);

        Assert.True(waiting?.IsTerminating());
        Assert.Equal("Running", waiting!.Status.Phase);
        await _lab.Api.UntilGoneAsync(_namespace, "p");
    }

    [Fact]
    public async Task KubeletKilled_InTheMiddleOfAStop_GoesOnToTheRecordedDeadline()
    {
        await _lab.Api.CreatePodAsync(A.Script(_namespace, "p", "while true; do sleep 1; done").Grace(25).OnNode("node-1"));
        var before = await _lab.Api.UntilRunningAsync(_namespace, "p");
        await using var watch = await WatchRecording<Pod>.StartAsync(_lab.Api, _namespace);
        var deadline = (await _lab.Api.DeletePodAsync(_namespace, "p")).Metadata.DeletionTimestamp.ToDateTimeOffset();

        await _lab.KillAsync("kubelet-node-1");
        var steps = await watch.UntilAsync(c => c.Type == WatchEventType.Deleted, "DELETED");

        // Its grace was not granted anew: the kill came when the first kubelet would have sent it, give or take the seconds of the API's times.
        var ended = steps[^1].Object.Ended()!;
        Assert.Equal(137, ended.ExitCode);
        Assert.Equal(before.Status.ContainerStatuses[0].ContainerId, ended.ContainerId);
        Assert.InRange((ended.FinishedAt.ToDateTimeOffset() - deadline).TotalSeconds, -2, 3);
    }

    [Fact]
    public async Task KubeletKilled_RunningPods_GoOnUndisturbed()
    {
        await _lab.Api.CreatePodAsync(A.Pod(_namespace, "p").OnNode("node-1"));
        var before = await _lab.Api.UntilRunningAsync(_namespace, "p");

        await _lab.KillAsync("kubelet-node-1");
        await Eventually.TrueAsync(async () => (await _lab.KubectlAsync("logs", "p", "-n", _namespace)).ExitCode == 0, "the kubelet answers again");

        var after = (await _lab.Api.FindPodAsync(_namespace, "p"))!;
        Assert.Equal(before.Status.ContainerStatuses, after.Status.ContainerStatuses);
    }

    private Traffic TrafficAsync(string process, CancellationToken stop) => new(_lab, _namespace, process, stop);

    /// <summary>Creates pods one after another and deletes every third, and the oldest when they are many; remembers only what was acknowledged.</summary>
    private sealed class Traffic
    {
        // Two nodes take 220, those included that are ending.
        private const int MostPods = 100;

        private readonly Lab _lab;
        private readonly string _namespace;
        private readonly string _prefix;
        private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly Task<(List<string> Kept, List<string> Deleted)> _run;
        private long _lastAcknowledged;
        private bool _failedSince;

        public Traffic(Lab lab, string ns, string process, CancellationToken stop)
        {
            (_lab, _namespace, _prefix) = (lab, ns, $"{process}-");
            _run = RunAsync(stop);
        }

        public Task Begun => _begun.Task;

        public Task<(List<string> Kept, List<string> Deleted)> ResultAsync() => _run;

        /// <summary>Whether ten more writes were acknowledged since this was first asked, failures in between or not.</summary>
        public bool AcknowledgedSince()
        {
            if (!_failedSince)
            {
                _failedSince = true;
                Interlocked.Exchange(ref _lastAcknowledged, 0);
            }
            return Interlocked.Read(ref _lastAcknowledged) >= 10;
        }

        private async Task<(List<string> Kept, List<string> Deleted)> RunAsync(CancellationToken stop)
        {
            var (kept, deleted) = (new List<string>(), new List<string>());
            for (var number = 1; !stop.IsCancellationRequested; number++)
            {
                var name = $"{_prefix}{number}";
                if (!await AcknowledgedAsync(() => _lab.Api.CreatePodAsync(A.Pod(_namespace, name, "registry.k8s.io/pause:3.9").Grace(1)))) continue;
                kept.Add(name);
                if (number % 3 == 0) await DeleteAsync(name);
                // The rest of the traffic adds none.
                if (kept.Count == MostPods) await DeleteAsync(kept[0]);
                if (kept.Count + deleted.Count >= 10) _begun.TrySetResult();
                await Task.Delay(20, CancellationToken.None);
            }
            return (kept, deleted);

            // One whose deletion was not acknowledged may be there or not.
            async Task DeleteAsync(string name)
            {
                kept.Remove(name);
                if (await AcknowledgedAsync(() => _lab.Api.DeletePodAsync(_namespace, name))) deleted.Add(name);
            }
        }

        // A refused or lost request is not acknowledged: whatever became of it is right.
        private async Task<bool> AcknowledgedAsync(Func<Task<Pod>> write)
        {
            try
            {
                await write();
                Interlocked.Increment(ref _lastAcknowledged);
                return true;
            }
            catch (ApiException)
            {
                return false;
            }
        }
    }
}
