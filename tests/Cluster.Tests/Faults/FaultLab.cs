using MiniK8s.ClusterKit;

namespace MiniK8s.Cluster.Tests.Faults;

/// <summary>A lab without nodes of its own: the tests bring theirs, one or more each, and let them die.</summary>
public sealed class FaultLab : IAsyncLifetime
{
    // Each is a kubelet at work; more at once would have them wait for the processor, not for each other.
    private const int LivesAtOnce = 5;

    private static readonly string[] Nodes = ["cut", "hole", "stale", "twin", "away", "many", "lost", "thrifty"];

    private readonly SemaphoreSlim _room = new(LivesAtOnce);
    private readonly Lock _gate = new();
    private Dictionary<string, Task>? _lives;
    private Dictionary<string, Task<CutStory>>? _cuts;

    public Lab Lab { get; private set; } = null!;

    /// <summary>The lab's apiserver over REST.</summary>
    public RestClient Rest { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Lab = await Lab.StartAsync(null, "--nodes", "0");
        await FaultyNode.EnrolAsync(Lab, [.. Nodes, .. KillPoint.All.Select(point => point.Name)]);
        Rest = new RestClient(Lab.Kubeconfig);
    }

    public async Task DisposeAsync()
    {
        Task[] running;
        lock (_gate) running = [.. _lives?.Values.AsEnumerable() ?? [], .. _cuts?.Values.AsEnumerable() ?? []];
        await Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);     // each has its own test to speak for it
        Rest.Dispose();
        await Lab.DisposeAsync();
        _room.Dispose();
    }

    /// <summary>The node a test has to itself.</summary>
    internal FaultyNode Node(string name, CutProxy? through = null) => FaultyNode.Of(Lab, name, through);

    /// <summary>Returns once the life with that death in it is over. The first to ask begins all of them, each on a node of its own.</summary>
    internal Task PlayedAsync(KillPoint point)
    {
        lock (_gate) _lives ??= KillPoint.All.ToDictionary(each => each.Name, each => Task.Run(() => PlayAsync(each)));
        return _lives[point.Name];
    }

    /// <summary>What became of the pods of a node that was cut off for some seconds. It happens once to each of the two, whoever asks.</summary>
    internal Task<CutStory> CutAsync(string node)
    {
        lock (_gate) _cuts ??= ((string[])["cut", "hole"]).ToDictionary(name => name, name => Task.Run(() => CutStory.PlayAsync(this, name)));
        return _cuts[node];
    }

    private async Task PlayAsync(KillPoint point)
    {
        await _room.WaitAsync();
        try
        {
            await new KilledLife(this, point).PlayAsync();
        }
        finally
        {
            _room.Release();
        }
    }
}

[CollectionDefinition("faults")]
public sealed class FaultCollection : ICollectionFixture<FaultLab>;
