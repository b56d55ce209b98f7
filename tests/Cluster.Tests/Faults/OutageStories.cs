using Google.Protobuf;

using Grpc.Net.Client;

using MiniK8s.Api.Errors;
using MiniK8s.ClusterKit;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Etcd;

namespace MiniK8s.Cluster.Tests.Faults;

/// <summary>The apiserver or the store is not there when a scheduler needs it. Each has the lab to itself.</summary>
internal static class OutageStories
{
    private const string MostOfIt = "3";     // cpus, of four
    private static readonly string[] Many = [.. Enumerable.Range(1, 30).Select(number => $"pod-{number}")];
    private static readonly TimeSpan SlowFor = TimeSpan.FromSeconds(2);

    /// <summary>
    /// kill -9 of the apiserver under the first bindings: they fail, and every watch breaks. When it is back whoever leads binds the pods: the same one, unless
    /// the apiserver was away for longer than a leader may be out of touch.
    /// </summary>
    public static async Task ApiServerKilledAsync(SchedulerStory story)
    {
        foreach (var name in Many) await story.CreateAsync(name);
        await story.ElectAsync("--pause-at", "before-bind");
        await Eventually.TrueAsync(() => story.One.HasNoted("pause"), "it has decided and not yet bound");

        var killed = story.Lab.KillAsync("apiserver");     // dead when this returns, back when it has ended
        await story.One.GoOnAsync();
        await Eventually.TrueAsync(() => story.One.Unknown > 0, "a binding finds no apiserver");
        await killed;
        await UntilServedAsync(story);

        foreach (var name in Many) await story.UntilRunningAsync(name);
        var lease = await story.LeaseAsync();
        Assert.Equal(lease.LeaseTransitions == 0 ? story.One.Name : story.Other.Name, lease.HolderIdentity);
        if (lease.LeaseTransitions == 0) Assert.Empty(story.Other.Bound);
        await story.CheckBoundOnceAsync();
    }

    /// <summary>What a scheduler was cut off from is compacted away and its servers start anew: it lists again, and finds out what is gone.</summary>
    public static async Task HistoryLostAsync(SchedulerStory story)
    {
        await using var wire = new CutProxy(FaultyNode.ServerOf(story.Lab).Port);
        story.Wire(wire);
        story.One.StartAlone();
        await story.One.UntilReadyAsync();
        await story.CreateAsync("first", cpu: MostOfIt);
        await story.UntilRunningAsync("first");

        wire.Reset();
        await story.DeleteAsync("first");
        await story.UntilGoneAsync("first");
        await story.CreateAsync("second", cpu: MostOfIt);
        await CompactAsync(story.Lab);
        await story.Lab.KillAsync("store");
        await story.Lab.KillAsync("apiserver");
        await UntilServedAsync(story);
        wire.Mend();

        // Had it not heard that the first is gone, there would be no room.
        await story.UntilRunningAsync("second");
        await Eventually.TrueAsync(() => story.One.Log.Contains("is no longer kept, listing again", StringComparison.Ordinal), "it lists again, and says so");
        await story.One.UntilBoundAsync(2);
        Assert.Equal(2, story.One.Bound.Count);
        await story.CheckBoundOnceAsync();
    }

    /// <summary>The store answers nobody while a victim leaves: the pod that is to have its room waits, and nobody else is told to go.</summary>
    public static async Task StoreSlowUnderPreemptionAsync(SchedulerStory story)
    {
        story.One.StartAlone();
        await story.One.UntilReadyAsync();
        await PreemptionStories.PreemptAsync(story, grace: 1);

        await StopStoreAsync(story.Lab);

        await story.UntilRunningAsync("urgent");
        Assert.Single(story.Leaving);
        await story.CheckBoundOnceAsync();
    }

    /// <summary>The store stands still for two seconds.</summary>
    public static async Task StopStoreAsync(Lab lab)
    {
        var store = $"{lab.Pids()["store"]}";
        await Command.RunAsync("kill", ["-STOP", store]);
        await Task.Delay(SlowFor);     // the fault itself
        await Command.RunAsync("kill", ["-CONT", store]);
    }

    private static Task UntilServedAsync(SchedulerStory story) => Eventually.TrueAsync(
        async () =>
        {
            try
            {
                await story.Lab.Api.Resource<Node>().GetAsync("", story.Node, CancellationToken.None);
                return true;
            }
            catch (ApiException)
            {
                return false;
            }
        },
        "the apiserver serves again");

    private static async Task CompactAsync(Lab lab)
    {
        using var channel = GrpcChannel.ForAddress($"http://127.0.0.1:{lab.PortOf("store", "port")}");
        var kv = new KV.KVClient(channel);
        var now = await kv.RangeAsync(new RangeRequest { Key = ByteString.CopyFromUtf8("/"), CountOnly = true });
        await kv.CompactAsync(new CompactionRequest { Revision = now.Header.Revision });
    }
}
