using Microsoft.Extensions.Logging.Abstractions;

using MiniK8s.Kubelet.StaticPods;
using MiniK8s.Kubelet.Status;
using MiniK8s.Kubelet.Tests.Fakes;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.Tests.StaticPods;

public sealed class MirrorPodsTests : IAsyncLifetime
{
    private static readonly PodStatus Running = new() { Phase = "Running" };

    private readonly CancellationTokenSource _stopping = new();
    private readonly ManualTimeProvider _time = new();
    private readonly FakePodApi _api = new(A.Pod());
    private readonly Log _log = new();
    private readonly MirrorPods _mirrors;
    private readonly Task _run;

    public MirrorPodsTests()
    {
        _mirrors = new MirrorPods(_api, _log, new FakeNode(), _time, NullLogger<MirrorPods>.Instance);
        _run = _mirrors.RunAsync(_stopping.Token);
    }

    [Fact]
    public async Task Set_AStaticPod_IsShownWithItsStatus()
    {
        var mirror = await ShownAsync("h1");

        Assert.Equal("h1", mirror.Metadata.Annotations["kubernetes.io/config.mirror"]);
        var owner = Assert.Single(mirror.Metadata.OwnerReferences);
        Assert.Equal(("Node", "node-1", true), (owner.Kind, owner.Name, owner.Controller));
        await Eventually("set mirror-1 Running");
    }

    [Fact]
    public async Task Update_SomebodyDeletesTheMirror_IsRemovedAndAfterAPauseCreatedAgain()
    {
        var mirror = await ShownAsync("h1");

        _mirrors.Update(mirror.Clone().Deleting(A.Noon, 30));
        Assert.Null((await NextAfterAsync()).Write);
        _mirrors.Remove(mirror);
        var (next, pause) = await NextAfterAsync();

        Assert.Equal("mirror-2", next!.Metadata.Uid);
        Assert.True(pause >= TimeSpan.FromSeconds(2), $"after {pause}");
        _mirrors.Update(next);
        await Eventually("set mirror-2 Running");
    }

    [Fact]
    public async Task Remove_SomebodyForcesTheMirrorAway_IsCreatedAgainAfterAPause()
    {
        var mirror = await ShownAsync("h1");
        _time.Advance(TimeSpan.FromMinutes(1));

        _mirrors.Remove(mirror);
        var (next, pause) = await NextAfterAsync();

        Assert.Equal("mirror-2", next!.Metadata.Uid);
        Assert.True(pause >= TimeSpan.FromSeconds(2), $"after {pause}");
    }

    [Fact]
    public async Task Update_TheMirrorIsDeletedBeforeItsCreateIsAnswered_IsRemoved()
    {
        _api.WriteAnswer = new TaskCompletionSource();
        _mirrors.Set(Static("h1"), Running, mayStillRun: true);
        var mirror = (await NextAsync())!;

        _mirrors.Update(mirror.Clone().Deleting(A.Noon, 30));
        _api.WriteAnswer.SetResult();

        Assert.Null((await NextAfterAsync()).Write);
    }

    [Fact]
    public async Task Update_TheWorkerSaysMoreMeanwhile_ThatIsTheLastWord()
    {
        _mirrors.Set(Static("h1"), Running, mayStillRun: true);
        var mirror = (await NextAsync())!;
        _log.Meanwhile = () => _mirrors.Set(Static("h1"), new PodStatus { Phase = "Succeeded" }, mayStillRun: true);

        _mirrors.Update(mirror);

        var last = "";
        while (_log.Calls.TryRead(out var call)) last = call;
        Assert.Equal("set mirror-1 Succeeded", last);
    }

    [Fact]
    public async Task Set_AnotherHash_TheOldMirrorGoesAndANewOneComes()
    {
        var mirror = await ShownAsync("h1");

        _mirrors.Forget(Static("h1"));
        _mirrors.Set(Static("h2"), Running, mayStillRun: true);
        Assert.Null((await NextAfterAsync()).Write);
        _mirrors.Remove(mirror);

        Assert.Equal("h2", (await NextAfterAsync()).Write!.Metadata.Annotations["kubernetes.io/config.mirror"]);
    }

    [Fact]
    public async Task Forget_TheStaticPodHasEnded_TheMirrorGoes()
    {
        var mirror = await ShownAsync("h1");

        _mirrors.Forget(Static("h1"));
        Assert.Null((await NextAfterAsync()).Write);
        _mirrors.Remove(mirror);

        await Eventually("forget mirror-1");
    }

    [Fact]
    public async Task Update_AMirrorOfNoStaticPod_IsRemoved()
    {
        _mirrors.Update(A.Pod().With(pod => pod.Metadata.Annotations["kubernetes.io/config.mirror"] = "old"));

        Assert.Null(await NextAsync());
    }

    [Fact]
    public async Task Set_TheApiserverRefuses_IsTriedAgainAfterTenSeconds()
    {
        _api.CreateFailures = 1;
        _mirrors.Set(Static("h1"), Running, mayStillRun: true);
        await _api.Refused.OrMissing("the refusal");

        var (mirror, pause) = await NextAfterAsync();

        Assert.NotNull(mirror);
        Assert.True(pause >= TimeSpan.FromSeconds(10), $"after {pause}");
    }

    [Fact]
    public async Task Set_AnotherPod_PassesThrough()
    {
        _mirrors.Set(A.Pod(), Running, mayStillRun: true);
        _mirrors.Forget(A.Pod());

        await Eventually("set uid-1 Running");
        await Eventually("forget uid-1");
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _run.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
    }

    private static Pod Static(string hash) => A.Pod().With(pod =>
    {
        pod.Metadata.Uid = hash;
        pod.Metadata.Annotations["kubernetes.io/config.source"] = "file";
        pod.Metadata.Annotations["kubernetes.io/config.hash"] = hash;
    });

    // As the watch tells it.
    private async Task<Pod> ShownAsync(string hash)
    {
        _mirrors.Set(Static(hash), Running, mayStillRun: true);
        var mirror = (await NextAsync())!;
        _mirrors.Update(mirror);
        return mirror;
    }

    // The next write, and how far the clock had to go for it.
    private async Task<(Pod? Write, TimeSpan After)> NextAfterAsync()
    {
        var from = _time.GetUtcNow();
        while (true)
        {
            await _time.WaitForTimersAsync(1);
            if (_api.Writes.TryRead(out var write)) return (write, _time.GetUtcNow() - from);
            _time.Advance(TimeSpan.FromSeconds(0.1));
        }
    }

    private Task<Pod?> NextAsync() => _api.Writes.ReadAsync().AsTask().OrMissing("a write");

    private async Task Eventually(string call)
    {
        while (await _log.Calls.ReadAsync().AsTask().OrMissing(call) != call)
        {
            // Others came first.
        }
    }

    private sealed class Log : IPodStatuses
    {
        private readonly System.Threading.Channels.Channel<string> _calls = System.Threading.Channels.Channel.CreateUnbounded<string>();

        public System.Threading.Channels.ChannelReader<string> Calls => _calls.Reader;

        /// <summary>Happens before the next status gets through.</summary>
        public Action? Meanwhile { get; set; }

        public void Set(Pod pod, PodStatus status, bool mayStillRun)
        {
            (var meanwhile, Meanwhile) = (Meanwhile, null);
            meanwhile?.Invoke();
            _calls.Writer.TryWrite($"set {pod.Metadata.Uid} {status.Phase}");
        }

        public void Observe(Pod pod) { }

        public void Forget(Pod pod) => _calls.Writer.TryWrite($"forget {pod.Metadata.Uid}");
    }
}
