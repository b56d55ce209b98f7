using System.Text.Json.Nodes;

namespace MiniK8s.Cluster.Tests.Conformance;

/// <summary>Group 1: watch streams [test/e2e/apimachinery/watch.go], and the same across the death of an apiserver.</summary>
[Collection("lab")]
public sealed class WatchConformanceTests(SharedLab shared) : ConformanceTests(shared)
{
    // Every ConfigMap of these tests has it: kube-root-ca.crt comes into each namespace at a time of its own.
    private const string Label = "watch-this-configmap";

    [ConformanceFact("watch-configmaps-with-multiple-watchers")]
    public async Task Watchers_OfSeveralSelectors_EachSeesItsOwn()
    {
        var maps = Of("configmaps", await NewNamespaceAsync());
        await using var a = await maps.WatchAsync(Select($"{Label}=a"));
        await using var b = await maps.WatchAsync(Select($"{Label}=b"));
        await using var both = await maps.WatchAsync(Select($"{Label} in (a,b)"));

        await CreateAsync(maps, "first", "a");
        await MutateAsync(maps, "first", 1);
        await MutateAsync(maps, "first", 2);
        await maps.DeleteAsync("first");
        await CreateAsync(maps, "second", "b");
        await maps.DeleteAsync("second");
        // Nothing else came if the next that each sees is the last one of its own.
        await CreateAsync(maps, "end-a", "a");
        await CreateAsync(maps, "end-b", "b");

        string[] first = ["ADDED first", "MODIFIED first", "MODIFIED first", "DELETED first"];
        string[] second = ["ADDED second", "DELETED second"];
        var seen = await a.TakeAsync(5);
        Assert.Equal([.. first, "ADDED end-a"], seen.Select(step => step.Step));
        Assert.Equal(["", "1", "2", "2"], seen.Take(4).Select(step => step.Object.Text("data/mutation")));
        Assert.Equal([.. second, "ADDED end-b"], (await b.TakeAsync(3)).Select(step => step.Step));
        Assert.Equal([.. first, .. second, "ADDED end-a", "ADDED end-b"], (await both.TakeAsync(8)).Select(step => step.Step));
    }

    [ConformanceFact("watch-configmaps-from-resource-version")]
    public async Task Watch_FromAnOldVersion_ReplaysWhatCameAfter()
    {
        var maps = Of("configmaps", await NewNamespaceAsync());
        await CreateAsync(maps, "map", "old");
        var from = await MutateAsync(maps, "map", 1);
        var second = await MutateAsync(maps, "map", 2);
        await maps.DeleteAsync("map");

        await using var watch = await maps.WatchAsync($"{Select($"{Label}=old")}&resourceVersion={from.Version()}");
        var seen = await watch.TakeAsync(2);

        Assert.Equal(["MODIFIED map", "DELETED map"], seen.Select(step => step.Step));
        Assert.Equal(second.Version(), seen[0].Version);
    }

    [ConformanceFact("watch-configmaps-closed-and-restarted")]
    public async Task Watch_ClosedAndOpenedAgain_GoesOnWithoutGapOrRepeat()
    {
        var maps = Of("configmaps", await NewNamespaceAsync());
        string last;
        await using (var before = await maps.WatchAsync(Select($"{Label}=again")))
        {
            await CreateAsync(maps, "map", "again");
            await MutateAsync(maps, "map", 1);
            var seen = await before.TakeAsync(2);
            Assert.Equal(["ADDED map", "MODIFIED map"], seen.Select(step => step.Step));
            last = seen[^1].Version;
        }
        await MutateAsync(maps, "map", 2);

        await using var after = await maps.WatchAsync($"{Select($"{Label}=again")}&resourceVersion={last}");
        await maps.DeleteAsync("map");
        var rest = await after.TakeAsync(2);

        Assert.Equal(["MODIFIED map", "DELETED map"], rest.Select(step => step.Step));
        Assert.Equal("2", rest[0].Object.Text("data/mutation"));
    }

    [ConformanceFact("watch-configmaps-label-changed")]
    public async Task Watch_ObjectLeavesAndComesBack_IsDeletedAndAdded()
    {
        var maps = Of("configmaps", await NewNamespaceAsync());
        await using var watch = await maps.WatchAsync(Select($"{Label}=in"));

        await CreateAsync(maps, "map", "in");
        await MutateAsync(maps, "map", 1);
        await LabelAsync(maps, "map", "out");
        await MutateAsync(maps, "map", 2);
        await LabelAsync(maps, "map", "in");
        await MutateAsync(maps, "map", 3);
        await maps.DeleteAsync("map");
        var seen = await watch.TakeAsync(6);

        Assert.Equal(["ADDED map", "MODIFIED map", "DELETED map", "ADDED map", "MODIFIED map", "DELETED map"], seen.Select(step => step.Step));
        // The one that leaves is shown as it was when it still belonged; what happened outside is not.
        Assert.Equal(["", "1", "1", "2", "3", "3"], seen.Select(step => step.Object.Text("data/mutation")));
        Assert.Equal("in", seen[2].Object.Label(Label));
        Assert.Equal(seen.Select(step => long.Parse(step.Version)).Order(), seen.Select(step => long.Parse(step.Version)));
    }

    [ConformanceFact("watch-consistency")]
    public async Task Watches_OpenedAtEveryVersionWhileSomebodyWrites_TellTheSame()
    {
        const int writes = 60;
        const int watches = 20;
        var maps = Of("configmaps", await NewNamespaceAsync());
        var start = (await maps.ListAsync()).Version();
        await using var first = await maps.WatchAsync($"labelSelector={Label}&resourceVersion={start}");
        var writer = WriteAsync(maps, writes);

        var others = new List<(ApiWatch Watch, int Since)>();
        var seen = new List<ApiEvent>();
        while (seen.Count < writes)
        {
            seen.Add(await first.NextAsync());
            if (others.Count < watches) others.Add((await maps.WatchAsync($"labelSelector={Label}&resourceVersion={seen[^1].Version}"), seen.Count));
        }
        await writer;

        Assert.Equal(await writer, seen.Select(step => step.Version));
        foreach (var (watch, since) in others)
        {
            Assert.Equal(seen.Skip(since).Select(Told), (await watch.TakeAsync(writes - since)).Select(Told));
            await watch.DisposeAsync();
        }

        static (string, string) Told(ApiEvent step) => (step.Step, step.Version);
    }

    /// <summary>The same where the apiserver dies between the steps: who goes on where he stood knows the truth, and is told nothing twice.</summary>
    [Fact]
    public async Task Watches_ApiserverIsKilledBetweenSteps_GoOnWithoutGapOrRepeat()
    {
        var maps = Of("configmaps", await NewNamespaceAsync());
        var start = (await maps.ListAsync()).Version();
        await using var all = new ResumingWatch(maps, $"labelSelector={Label}", start);
        await using var chosen = new ResumingWatch(maps, Select($"{Label}=in"), start);

        var created = await CreateAsync(maps, "map", "in");
        await chosen.UntilAsync($"map@{created.Version()}");
        var left = await LabelAsync(maps, "map", "out");
        // Perhaps nobody has been told yet.
        await KillApiserverAsync();
        await all.UntilAsync($"map@{left.Version()}");
        await chosen.UntilAsync();

        var back = await LabelAsync(maps, "map", "in");
        await chosen.UntilAsync($"map@{back.Version()}");
        await maps.DeleteAsync("map");
        await KillApiserverAsync();
        await chosen.UntilAsync();
        await all.UntilAsync();

        // What was seen before the deaths is a beginning that the new apiserver knows, or says that it does not.
        var last = await CreateAsync(maps, "last", "in");
        await using var old = await maps.WatchAsync($"labelSelector={Label}&resourceVersion={created.Version()}");
        var first = await old.NextAsync();
        Assert.True(first is { Type: "MODIFIED", Name: "map" } || (first.Type == "ERROR" && first.Object.Text("reason") == "Expired"), first.Object.ToJsonString());
        await all.UntilAsync($"last@{last.Version()}");
    }

    // Creates, changes and deletes in a fixed pattern; returns the version of every write.
    private static async Task<List<string>> WriteAsync(ApiCollection maps, int writes)
    {
        var versions = new List<string>();
        for (var number = 0; versions.Count < writes; number++)
        {
            var name = $"map-{number}";
            versions.Add((await CreateAsync(maps, name, "any")).Version());
            versions.Add((await MutateAsync(maps, name, number)).Version());
            await using var gone = await maps.WatchAsync($"fieldSelector=metadata.name%3D{name}&resourceVersion={versions[^1]}");
            await maps.DeleteAsync(name);
            versions.Add((await gone.NextAsync()).Version);
        }
        return versions;
    }

    private static string Select(string labels) => $"labelSelector={Uri.EscapeDataString(labels)}";

    private static Task<JsonNode> CreateAsync(ApiCollection maps, string name, string label) =>
        maps.CreateAsync($$$$"""{"metadata":{"name":"{{{{name}}}}","labels":{"{{{{Label}}}}":"{{{{label}}}}"}}}""");

    private static Task<JsonNode> MutateAsync(ApiCollection maps, string name, int mutation) =>
        maps.PatchAsync(name, $$$"""{"data":{"mutation":"{{{mutation}}}"}}""");

    private static Task<JsonNode> LabelAsync(ApiCollection maps, string name, string label) =>
        maps.PatchAsync(name, $$$$"""{"metadata":{"labels":{"{{{{Label}}}}":"{{{{label}}}}"}}}""");
}
