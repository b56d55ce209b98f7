using MiniK8s.Kubelet.GarbageCollection;
using MiniK8s.Kubelet.Tests.Simulation;

namespace MiniK8s.Kubelet.Tests.GarbageCollection;

public sealed class UnusedImagesTests : IAsyncLifetime
{
    private readonly SimLab _lab = new();
    private readonly UnusedImages _images;

    public UnusedImagesTests() => _images = new(_lab.Runtime, _lab.Time);

    [Fact]
    public async Task Remove_ThereAtTheStart_Goes()
    {
        await _lab.PullAsync("nginx:1.25");
        await _images.NoteAsync(default);

        await _images.RemoveAsync(default);

        Assert.Empty(await PresentAsync());
    }

    [Fact]
    public async Task Remove_OfAContainer_StaysUntilThatIsForgotten()
    {
        var id = await _lab.StartShellAsync("true");
        await _lab.EndAsync(id);

        await _images.RemoveAsync(default);
        Assert.Equal(["docker.io/library/busybox:1.30"], await PresentAsync());

        await _lab.Runtime.RemoveContainerAsync(id, default);
        await _images.RemoveAsync(default);
        Assert.Empty(await PresentAsync());
    }

    [Theory]
    [InlineData(119, true)]
    [InlineData(120, false)]
    public async Task Remove_PulledSince_GoesTwoMinutesAfterItWasSeen(int seconds, bool stays)
    {
        await _images.NoteAsync(default);
        await _lab.PullAsync("nginx:1.25");
        _lab.Time.Advance(TimeSpan.FromMinutes(5));
        await _images.NoteAsync(default);
        _lab.Time.Advance(TimeSpan.FromSeconds(seconds));

        await _images.RemoveAsync(default);

        Assert.Equal(stays, (await PresentAsync()).Any());
    }

    [Fact]
    public async Task Remove_NotSeenBefore_StaysThisTime()
    {
        await _images.NoteAsync(default);
        await _lab.PullAsync("nginx:1.25");
        _lab.Time.Advance(TimeSpan.FromMinutes(4));
        await _images.NoteAsync(default);       // too soon after the first

        await _images.RemoveAsync(default);

        Assert.Single(await PresentAsync());
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _lab.DisposeAsync().AsTask();

    private async Task<IEnumerable<string>> PresentAsync() => (await _lab.Runtime.ListImagesAsync(default)).SelectMany(image => image.RepoTags);
}
