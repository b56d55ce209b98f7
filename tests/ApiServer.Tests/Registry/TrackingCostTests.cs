using System.Diagnostics;

using MiniK8s.ApiServer.Tests.Fakes;
using MiniK8s.ApiServer.Tests.Overload;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Meta.V1;

using Xunit.Abstractions;

using static MiniK8s.ApiServer.Tests.Fakes.RegistryRig;

namespace MiniK8s.ApiServer.Tests.Registry;

/// <summary>What keeping managedFields costs a Pod's status update, the commonest write of a cluster.</summary>
[Collection(AloneCollection.Name)]
public sealed class TrackingCostTests(ITestOutputHelper output)
{
    private const int Updates = 50;
    private const int Rounds = 10;

    [EveryStoreFact]
    public async Task StatusUpdate_Tracked_CostsNotMuchMoreThanAnUntrackedOne()
    {
        await using var rig = await StartAsync();
        await rig.CreateAsync(Pod("tracked", Fill));
        await rig.CreateAsync(Pod("untracked", Fill));
        await rig.UpdateAsync<Pod>("default", "untracked", pod =>
        {
            pod.Metadata.ManagedFields.Clear();
            pod.Metadata.ManagedFields.Add(new ManagedFieldsEntry());
        });
        foreach (var name in (string[])["tracked", "untracked"])
        {
            await rig.UpdateAsync<Pod>("default", name, pod =>
            {
                pod.Status.Conditions.Add(((string[])["Ready", "Initialized", "ContainersReady", "PodScheduled"]).Select(type => new PodCondition { Type = type, Status = "False" }));
                pod.Status.ContainerStatuses.Add(new ContainerStatus { Name = "c", Image = "nginx:1.25", ImageId = "x", State = new() { Running = new() } });
                pod.Status.PodIps.Add(new PodIP { Ip = "10.0.0.1" });
            }, "status", new() { FieldManager = "kubelet" });
            await rig.SettledAsync();       // an update begins with what the cache holds
            await MeasureAsync(rig, name);
        }

        // Turn and turn about, and the least of each: what the process does by itself now and then allocates too.
        var (plain, owned) = (new List<(long Bytes, double Micros)>(), new List<(long Bytes, double Micros)>());
        for (var round = 0; round < Rounds; round++)
        {
            plain.Add(await MeasureAsync(rig, "untracked"));
            owned.Add(await MeasureAsync(rig, "tracked"));
        }
        var (without, with) = (plain.MinBy(each => each.Bytes), owned.MinBy(each => each.Bytes));

        output.WriteLine($"untracked: {without.Bytes} bytes, {without.Micros:F0} us; tracked: {with.Bytes} bytes, {with.Micros:F0} us");
        Assert.NotEmpty((await rig.GetAsync<Pod>("default", "tracked")).Metadata.ManagedFields);
        Assert.Empty((await rig.GetAsync<Pod>("default", "untracked")).Metadata.ManagedFields);
        // 1.7 times by itself; 1.9 once a thousand other tests have taught the compiler other habits.
        Assert.True(with.Bytes < 2.5 * without.Bytes, $"{with.Bytes} bytes instead of {without.Bytes}");
    }

    private static async Task<(long Bytes, double Micros)> MeasureAsync(RegistryRig rig, string name)
    {
        var bytes = GC.GetTotalAllocatedBytes(precise: true);
        var started = Stopwatch.GetTimestamp();
        for (var i = 0; i < Updates; i++)
        {
            var phase = i % 2 == 0 ? "Running" : "Pending";
            await rig.UpdateAsync<Pod>("default", name, pod =>
            {
                pod.Status.Phase = phase;
                pod.Status.Conditions[0].Status = i % 2 == 0 ? "True" : "False";
                pod.Status.ContainerStatuses[0].RestartCount = i;
            }, "status", new() { FieldManager = "kubelet" });
            // Where the cache is behind, an update is refused and made once more: at twice the cost, and how often is chance.
            await rig.SettledAsync();
        }
        var micros = Stopwatch.GetElapsedTime(started).TotalMicroseconds / Updates;
        return ((GC.GetTotalAllocatedBytes(precise: true) - bytes) / Updates, micros);
    }

    // About what a small Pod looks like on a node.
    private static void Fill(Pod pod)
    {
        pod.Metadata.Labels["app"] = "web";
        foreach (var container in pod.Spec.Containers)
        {
            container.Ports.Add(new ContainerPort { ContainerPort_ = 80, Protocol = "TCP" });
            container.Env.Add(Enumerable.Range(0, 5).Select(i => new EnvVar { Name = $"V{i}", Value = "x" }));
            container.VolumeMounts.Add(new VolumeMount { Name = "v", MountPath = "/v" });
        }
        pod.Spec.Volumes.Add(new Volume { Name = "v", VolumeSource = new() { EmptyDir = new() } });
    }
}
