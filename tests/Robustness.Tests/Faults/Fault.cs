namespace MiniK8s.Robustness.Tests.Faults;

/// <summary>What is done to the server in the middle of a run.</summary>
/// <param name="server">The server.</param>
/// <param name="traffic">Completes when so many more calls were answered.</param>
/// <param name="random">Where chance is left.</param>
internal delegate Task Fault(TestServer server, Func<int, Task> traffic, Random random);

/// <summary>The faults by name.</summary>
internal static class Faults
{
    private static readonly string[] CommonPoints = ["after-sync", "before-sync", "before-log-write", "after-publish", "before-answer", "watch-send"];
    private static readonly string[] RarePoints = ["compaction-staged", "segment-start", "settle-before-commit", "settle-after-commit"];

    /// <summary>The faults that any server can be put through.</summary>
    public static IReadOnlyDictionary<string, Fault> OfAnyServer { get; } = new Dictionary<string, Fault>
    {
        ["kill"] = KillAsync,
        ["pause"] = (server, _, random) => server.PauseAsync(TimeSpan.FromMilliseconds(random.Next(1000, 4000))),
        ["restart"] = RestartAsync,
    };

    /// <summary>The faults of our store, by its own failpoints.</summary>
    public static IReadOnlyDictionary<string, Fault> OfOurs { get; } = new Dictionary<string, Fault>
    {
        ["kill-at-failpoint"] = KillAtFailpointAsync,
        ["slow-disk"] = SlowDiskAsync,
    };

    private static async Task KillAsync(TestServer server, Func<int, Task> traffic, Random random)
    {
        await Task.Delay(random.Next(50));
        await server.KillAsync();
        await server.StartAsync();
    }

    private static async Task RestartAsync(TestServer server, Func<int, Task> traffic, Random random)
    {
        await server.StopAsync();
        await server.StartAsync();
    }

    // A place that every write passes, then one that is passed now and then.
    private static async Task KillAtFailpointAsync(TestServer server, Func<int, Task> traffic, Random random)
    {
        var (common, rare) = (random.GetItems(CommonPoints, 1)[0], random.GetItems(RarePoints, 1)[0]);
        foreach (var point in (string[])[$"{common}={random.Next(5, 60)}*kill", $"{rare}={random.Next(1, 3)}*kill"])
        {
            await server.StopAsync();
            await server.TryStartAsync("--failpoints", point);      // it may get there before it is ready
            await server.KilledItselfAsync();
            await server.StartAsync();
            await traffic(50);
        }
    }

    private static async Task SlowDiskAsync(TestServer server, Func<int, Task> traffic, Random random)
    {
        await server.StopAsync();
        await server.StartAsync("--failpoints", "before-sync=sleep(200ms)");
        using (server.Slow())
        {
            await traffic(100);
            await server.KillAsync();
        }
        await server.StartAsync();
    }
}
