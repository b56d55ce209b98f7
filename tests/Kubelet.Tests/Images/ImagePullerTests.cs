using MiniK8s.Kubelet.Containers;
using MiniK8s.Kubelet.Images;
using MiniK8s.Kubelet.PodWorkers;
using MiniK8s.Kubelet.Tests.Fakes;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.Tests.Images;

/// <summary>How many pulls of a node go on at once and may begin in a second, and what the waiting costs.</summary>
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

    [Fact]
    public async Task EnsureAsync_MorePullsThanTheBudget_FailAndAreTriedAgainAsAnyThatFailed()
    {
        _registry.SetResult();
        var puller = Puller(new PullLimits(AtOnce: 0, PerSecond: 5, Burst: 10));

        var errors = new List<Kubelet.Status.StartError?>();
        for (var i = 0; i < 12; i++) errors.Add(await PullAsync(puller, $"app:{i}"));

        Assert.All(errors[..10], Assert.Null);
        Assert.All(errors[10..], error => Assert.Equal(new Kubelet.Status.StartError("ErrImagePull", "pull QPS exceeded"), error));
        Assert.Equal(
            ["Pulling: Pulling image \"app:11\"", "Failed: Failed to pull image \"app:11\": pull QPS exceeded", "Failed: Error: ErrImagePull"],
            _events.Where(text => text.Contains("app:11", StringComparison.Ordinal)).Append(_events[^1]));
        _time.Advance(TimeSpan.FromMilliseconds(200));      // one fifth of a second makes one pull
        Assert.Null(await PullAsync(puller, "app:10"));
        Assert.NotNull(await PullAsync(puller, "app:11"));
    }

    [Theory]
    [InlineData("IfNotPresent", 1)]
    [InlineData("Always", 3)]
    public async Task EnsureAsync_ThreePodsOfOneImage_CostTheBudgetWhatIsPulled(string policy, int cost)
    {
        var puller = Puller(new PullLimits(AtOnce: 1, PerSecond: 1, Burst: 4));
        var pulls = Enumerable.Range(0, 3).Select(_ => PullAsync(puller, "app:1", policy)).ToList();
        _registry.SetResult();
        Assert.All(await Task.WhenAll(pulls).OrMissing("one image, three times"), Assert.Null);

        var left = 0;
        while (await PullAsync(puller, $"app:{left + 2}") is null) left++;

        Assert.Equal(4 - cost, left);
    }

    [Theory]
    [InlineData(0, 0, 100, 100)]
    [InlineData(1, 0, 100, 0)]
    [InlineData(1, 3, 100, 3)]
    public void TryTake_AtOnce_LetsTheBurstBegin(int perSecond, int burst, int asked, int begun)
    {
        var budget = new PullBudget(new PullLimits(AtOnce: 0, perSecond, burst), _time);

        Assert.Equal(begun, Enumerable.Range(0, asked).Count(_ => budget.TryTake()));
    }

    [Fact]
    public void TryTake_AfterARest_IsFilledUpToTheBurstAndNoFurther()
    {
        var budget = new PullBudget(new PullLimits(AtOnce: 0, PerSecond: 5, Burst: 10), _time);
        while (budget.TryTake()) { }

        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(5, Enumerable.Range(0, 100).Count(_ => budget.TryTake()));
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(10, Enumerable.Range(0, 100).Count(_ => budget.TryTake()));
    }

    private ImagePuller Puller(int atOnce) => Puller(PullLimits.OneAtATime with { AtOnce = atOnce });

    private ImagePuller Puller(PullLimits limits)
    {
        var events = new Told(_events);
        return new ImagePuller(_runtime, new PullSecrets(new FakeObjects(), events), events, limits, _time);
    }

    private static Task<Kubelet.Status.StartError?> PullAsync(ImagePuller puller, string image, string policy = "IfNotPresent")
    {
        var container = A.Container("c", image);
        container.ImagePullPolicy = policy;
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
