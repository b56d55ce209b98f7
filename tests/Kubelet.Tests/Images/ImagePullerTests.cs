using MiniK8s.Kubelet.Containers;
using MiniK8s.Kubelet.Images;
using MiniK8s.Kubelet.PodWorkers;
using MiniK8s.Kubelet.Tests.Fakes;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.Tests.Images;

/// <summary>How many pulls of a node go on at once, and what the waiting costs.</summary>
public sealed class ImagePullerTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly TaskCompletionSource _registry = new();
    private readonly List<string> _events = [];
    private readonly FakeRuntime _runtime;

    public ImagePullerTests() => _runtime = new FakeRuntime(_time) { Pulling = _registry.Task };

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(3, 3)]
    [InlineData(0, 4)]
    public async Task EnsureAsync_FourPodsAtOnce_AsManyPullsAsAllowedBegin(int atOnce, int begun)
    {
        var puller = Puller(atOnce);

        var pulls = Enumerable.Range(0, 4).Select(i => PullAsync(puller, $"app:{i}")).ToList();

        Assert.Equal(begun, _events.Count(text => text.StartsWith("Pulling:", StringComparison.Ordinal)));
        _registry.SetResult();
        Assert.All(await Task.WhenAll(pulls).OrMissing("four images"), Assert.Null);
        Assert.Equal(4, _events.Count(text => text.StartsWith("Pulled:", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task EnsureAsync_BehindAnother_TellsThePullAndTheWaitApart()
    {
        var puller = Puller(1);
        var first = PullAsync(puller, "app:1");
        var second = PullAsync(puller, "app:2");
        _time.Advance(TimeSpan.FromMilliseconds(1500));

        _registry.SetResult();
        await first.OrMissing("the first image");
        await second.OrMissing("the second image");

        Assert.Equal("Pulled: Successfully pulled image \"app:1\" in 1.5s (1.5s including waiting). Image size: 1000 bytes.", _events.Single(text => text.Contains("pulled image \"app:1\"", StringComparison.Ordinal)));
        Assert.Equal("Pulled: Successfully pulled image \"app:2\" in 0s (1.5s including waiting). Image size: 1000 bytes.", _events.Single(text => text.Contains("pulled image \"app:2\"", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task EnsureAsync_NameIsNone_IsTriedWithoutBackoff()
    {
        _runtime.NameFaults["App:1"] = "invalid reference format: repository name (library/App) must be lowercase";
        var puller = Puller(1);

        await PullAsync(puller, "App:1");
        var error = await PullAsync(puller, "App:1");

        const string message = "Failed to apply default image tag \"App:1\": couldn't parse image name \"App:1\": invalid reference format: repository name (library/App) must be lowercase";
        Assert.Equal(new Kubelet.Status.StartError("InvalidImageName", message), error);
        Assert.Equal([$"InspectFailed: {message}", "Failed: Error: InvalidImageName", $"InspectFailed: {message}", "Failed: Error: InvalidImageName"], _events);
    }

    private ImagePuller Puller(int atOnce)
    {
        var events = new Told(_events);
        return new ImagePuller(_runtime, new PullSecrets(new FakeObjects(), events), events, atOnce, _time);
    }

    private static Task<Kubelet.Status.StartError?> PullAsync(ImagePuller puller, string image)
    {
        var container = A.Container("c", image);
        return puller.EnsureAsync(A.Pod(container), container, new Backoff(), CancellationToken.None);
    }

    private sealed class Told(List<string> events) : IPodEvents
    {
        public void Record(Pod pod, string type, string reason, string message, string? container = null)
        {
            lock (events) events.Add($"{reason}: {message}");
        }
    }
}
