using Microsoft.Extensions.Logging.Abstractions;

using MiniK8s.Kubelet.Status;
using MiniK8s.Kubelet.Tests.Fakes;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.Tests.Status;

public sealed class PodStatusReporterTests : IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly FakePodApi _api = new(A.Pod());
    private readonly PodStatusReporter _reporter;

    public PodStatusReporterTests() => _reporter = new PodStatusReporter(_api, new ManualTimeProvider(), NullLogger<PodStatusReporter>.Instance, _stopping.Token);

    [Fact]
    public async Task Set_SameAsStored_WritesNothing()
    {
        _reporter.Set(A.Pod(), Status("Running"), mayStillRun: true);
        await NextAsync();

        _reporter.Set(_api.Stored!, Status("Running"), mayStillRun: true);
        _reporter.Set(_api.Stored!, Status("Failed"), mayStillRun: false);

        Assert.Equal("Failed", (await NextAsync())!.Status.Phase);
    }

    [Fact]
    public async Task Set_StaleVersion_ReadsAgainAndKeepsWhatOthersWrote()
    {
        _api.Change(p => p.Status.Conditions.Add(new PodCondition { Type = "mine", Status = "True" }));

        _reporter.Set(A.Pod(), Status("Running"), mayStillRun: true);

        var written = (await NextAsync())!.Status;
        Assert.Equal(("Running", "mine"), (written.Phase, written.Conditions.Single().Type));
    }

    [Fact]
    public async Task Set_NamesakeStandsThere_WritesNothingToIt()
    {
        _api.Change(p => p.Metadata.Uid = "another");

        _reporter.Set(A.Pod(), Status("Failed"), mayStillRun: false);
        _reporter.Set(_api.Stored!, Status("Running"), mayStillRun: true);

        Assert.Equal("Running", (await NextAsync())!.Status.Phase);
    }

    [Fact]
    public async Task Observe_SomebodyAddsACondition_IsNotWrittenAgainForItsPlace()
    {
        var status = Status("Running");
        status.Conditions.Add(new PodCondition { Type = "Ready", Status = "False" });
        _reporter.Set(A.Pod(), status, mayStillRun: true);
        await NextAsync();

        _reporter.Observe(_api.Change(p => p.Status.Conditions.Add(new PodCondition { Type = "mine", Status = "True" })));
        _reporter.Set(_api.Stored!, Status("Failed"), mayStillRun: false);

        Assert.Equal("Failed", (await NextAsync())!.Status.Phase);
    }

    [Fact]
    public async Task StaleView_StatusWriteInFlight_PodThatHasEndedStaysEnded()
    {
        _api.Change(p => p.Status.Phase = "Succeeded");

        _reporter.Set(A.Pod(), Status("Running"), mayStillRun: true);
        _reporter.Set(A.Pod(), Status("Failed"), mayStillRun: false);

        Assert.Equal("Failed", (await NextAsync())!.Status.Phase);
    }

    [Fact]
    public async Task Observe_SomebodyWroteOverIt_IsWrittenAgain()
    {
        _reporter.Set(A.Pod(), Status("Running"), mayStillRun: true);
        await NextAsync();

        _reporter.Observe(_api.Change(p => p.Status.Phase = "Unknown"));

        Assert.Equal("Running", (await NextAsync())!.Status.Phase);
    }

    [Fact]
    public async Task Set_DeletingButMayStillRun_IsNotDeleted()
    {
        var pod = _api.Change(p => p.Deleting(A.Noon, 30));
        _reporter.Set(pod, Status("Failed"), mayStillRun: true);
        _reporter.Set(pod, Status("Failed"), mayStillRun: false);

        Assert.Equal("Pending", (await NextAsync())!.Status.Phase);
        Assert.Equal("Failed", (await NextAsync())!.Status.Phase);
        Assert.Null(await NextAsync());
    }

    [Fact]
    public async Task Observe_DeletionAskedForAfterTheEnd_Deletes()
    {
        _reporter.Set(A.Pod(), Status("Succeeded"), mayStillRun: false);
        await NextAsync();

        _reporter.Observe(_api.Change(p => p.Deleting(A.Noon, 30)));

        Assert.Null(await NextAsync());
    }

    [Fact]
    public async Task Observe_WrittenOverBeforeOurWriteIsAnswered_IsWrittenAgain()
    {
        _api.WriteAnswer = new TaskCompletionSource();
        _reporter.Set(A.Pod(), Status("Running"), mayStillRun: true);
        await NextAsync();

        _reporter.Observe(_api.Change(p => p.Status.Phase = "Unknown"));
        _api.WriteAnswer.SetResult();

        Assert.Equal("Running", (await NextAsync())!.Status.Phase);
    }

    [Fact]
    public async Task Observe_DeletionAskedForBeforeOurLastWriteIsAnswered_Deletes()
    {
        _api.WriteAnswer = new TaskCompletionSource();
        _reporter.Set(A.Pod(), Status("Succeeded"), mayStillRun: false);
        await NextAsync();

        _reporter.Observe(_api.Change(p => p.Deleting(A.Noon, 30)));
        _api.WriteAnswer.SetResult();

        Assert.Null(await NextAsync());
    }

    public void Dispose()
    {
        _stopping.Cancel();
        _stopping.Dispose();
    }

    private Task<Pod?> NextAsync() => _api.Writes.ReadAsync().AsTask().OrMissing("a write to the apiserver");

    private static PodStatus Status(string phase) => new() { Phase = phase, QosClass = "BestEffort", PodIp = phase == "Failed" ? "10.244.0.2" : "" };
}
