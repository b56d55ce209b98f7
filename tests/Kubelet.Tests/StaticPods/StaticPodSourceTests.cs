using MiniK8s.Kubelet.Tests.Fakes;

namespace MiniK8s.Kubelet.Tests.StaticPods;

/// <summary>A folder of manifests and the worker pool behind it.</summary>
public sealed class StaticPodSourceTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("manifests-").FullName;
    private readonly WorkerHarness _world = new(pod: null);

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _world.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Read_Edited_TheOldOneIsGoneBeforeTheNewOneStarts()
    {
        using var source = _world.StaticPods(_folder);
        Write("app:1");
        await source.ReadAsync(CancellationToken.None);
        await _world.CallAsync("start c 0");
        _world.Runtime.ExitAtStop["c"] = null;

        Write("app:2");
        await source.ReadAsync(CancellationToken.None);

        await _world.CallAsync("stop c 30");
        await _world.Time.WaitForTimersAsync(2);
        Assert.False(_world.Runtime.Calls.TryRead(out var early), $"{early} while the old one was being stopped");
        _world.Runtime.ExitAtStop.Clear();
        _world.Time.Advance(TimeSpan.FromSeconds(30));
        await _world.CallAsync("remove sandbox");
        await _world.CallAsync("pull app:2");
        await _world.CallAsync("start c 0");
    }

    [Fact]
    public async Task Read_TakenAway_IsStopped()
    {
        using var source = _world.StaticPods(_folder);
        Write("app:1");
        await source.ReadAsync(CancellationToken.None);
        await _world.CallAsync("start c 0");

        File.Delete(Path.Combine(_folder, "web.yaml"));
        await source.ReadAsync(CancellationToken.None);

        await _world.CallAsync("stop c 30");
        await _world.CallAsync("remove sandbox");
    }

    [Fact]
    public async Task Read_TakenAwayAndPutBack_StartsAgainOnceItHasEnded()
    {
        using var source = _world.StaticPods(_folder);
        Write("app:1");
        await source.ReadAsync(CancellationToken.None);
        await _world.CallAsync("start c 0");
        _world.Runtime.ExitAtStop["c"] = null;
        File.Delete(Path.Combine(_folder, "web.yaml"));
        await source.ReadAsync(CancellationToken.None);
        await _world.CallAsync("stop c 30");

        Write("app:1");
        await source.ReadAsync(CancellationToken.None);
        await _world.AdvanceAsync(30, timers: 2);

        await _world.CallAsync("remove sandbox");
        await _world.CallAsync("start c 0");
    }

    [Fact]
    public async Task Read_OneFileIsNoPod_TheOthersRun()
    {
        using var source = _world.StaticPods(_folder);
        await File.WriteAllTextAsync(Path.Combine(_folder, "bad.yaml"), "{{{");
        await File.WriteAllTextAsync(Path.Combine(_folder, ".hidden.yaml"), "{{{");
        Directory.CreateDirectory(Path.Combine(_folder, "folder"));
        Write("app:1");

        await source.ReadAsync(CancellationToken.None);

        await _world.CallAsync("start c 0");
    }

    [Fact]
    public async Task Run_AFileAppears_ItsPodStarts()
    {
        using var source = _world.StaticPods(_folder);
        using var stopping = new CancellationTokenSource();
        var run = source.RunAsync(stopping.Token);

        Write("app:1");

        await _world.CallAsync("start c 0");
        await stopping.CancelAsync();
        await run;
    }

    private void Write(string image) => File.WriteAllText(
        Path.Combine(_folder, "web.yaml"),
        $"apiVersion: v1\nkind: Pod\nmetadata: {{name: web, namespace: ns}}\nspec: {{containers: [{{name: c, image: '{image}'}}]}}\n");
}
