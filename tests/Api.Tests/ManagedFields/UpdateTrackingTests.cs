using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.Api.Tests.ManagedFields;

public sealed class UpdateTrackingTests
{
    [Fact]
    public void Create_TheCreator_OwnsWhatItSetAndNotWhatTheServerSets()
    {
        var world = new ApplyWorld<Pod>().Update("kubectl-run", """
            metadata: {name: p, namespace: d, creationTimestamp: "2030-01-01T00:00:00Z", labels: {run: p}}
            spec: {containers: [{name: c, image: nginx}], restartPolicy: Always, securityContext: {}}
            status: {phase: Pending}
            """);

        Assert.Equal(
            """kubectl-run Update {"f:metadata":{"f:labels":{".":{},"f:run":{}}},"f:spec":{"f:containers":{"k:{\"name\":\"c\"}":{".":{},"f:image":{},"f:name":{},"f:resources":{}}},"f:restartPolicy":{},"f:securityContext":{}}}""",
            world.Owners());
    }

    [Fact]
    public void StatusUpdate_IsAnEntryOfItsOwnWithTheSubresource()
    {
        var world = new ApplyWorld<Pod>().Update("kubectl", "metadata: {name: p}\nspec: {hostname: h}")
            .Change("kubelet", pod =>
            {
                pod.Spec.Hostname = "not mine to change";
                pod.Status.Conditions.Add(new PodCondition { Type = "Ready", Status = "True" });
            }, "status");

        Assert.Equal(
            """
            kubectl Update {"f:spec":{"f:hostname":{}}}
            kubelet Update/status {"f:status":{"f:conditions":{".":{},"k:{\"type\":\"Ready\"}":{".":{},"f:lastProbeTime":{},"f:lastTransitionTime":{},"f:status":{},"f:type":{}}}}}
            """, world.Owners());
    }

    [Fact]
    public void Update_TakesTheField_AndWhoLosesAllVanishes()
    {
        var world = new ApplyWorld<ConfigMap>().Update("a", "metadata: {name: m}\ndata: {x: '1'}");
        world.Change("b", map => map.Data["x"] = "2").Change("c", map => map.Data["x"] = "3");

        // The map itself is the creator's still.
        Assert.Equal("""
            a Update {"f:data":{}}
            c Update {"f:data":{"f:x":{}}}
            """, world.Owners());
    }

    [Fact]
    public void Update_SameManager_KeepsWhatItHadAndTellsTheNewTime()
    {
        var world = new ApplyWorld<ConfigMap>().Update("a", "metadata: {name: m}\ndata: {x: '1'}").Change("a", map => map.Data["z"] = "1");

        Assert.Equal("""a Update {"f:data":{".":{},"f:x":{},"f:z":{}}}""", world.Owners());
        Assert.Equal(world.Now, world.Live!.Metadata.ManagedFields[0].Time.Seconds);
    }

    [Fact]
    public void Update_ThatOnlyRemoves_LeavesTheTimeAlone()
    {
        var world = new ApplyWorld<ConfigMap>().Update("a", "metadata: {name: m}\ndata: {x: '1', z: '1'}").Change("b", map => map.Data.Remove("z"));

        Assert.Equal("""a Update {"f:data":{".":{},"f:x":{}}}""", world.Owners());
        Assert.Equal(1, world.Live!.Metadata.ManagedFields[0].Time.Seconds);
    }

    [Fact]
    public void Update_OneEmptyEntry_ResetsAndNothingIsTrackedAfterwards()
    {
        var world = new ApplyWorld<ConfigMap>().Update("a", "metadata: {name: m}\ndata: {x: '1'}")
            .Change("b", map =>
            {
                map.Metadata.ManagedFields.Clear();
                map.Metadata.ManagedFields.Add(new ManagedFieldsEntry());
            }).Change("c", map => map.Data["x"] = "2");

        Assert.Empty(world.Live!.Metadata.ManagedFields);
    }

    [Fact]
    public void Update_WithoutManagedFieldsOrWithBrokenOnes_KeepsTheStoredOnes()
    {
        var world = new ApplyWorld<ConfigMap>().Update("a", "metadata: {name: m}\ndata: {x: '1'}");
        var before = world.Owners();

        world.Change("b", map => map.Metadata.ManagedFields.Clear());
        Assert.Equal(before, world.Owners());
        world.Change("b", map => map.Metadata.ManagedFields[0].Operation = "Guess");
        Assert.Equal(before, world.Owners());
    }

    [Fact]
    public void Update_RewritesManagers_ThroughTheObjectOnly()
    {
        var world = new ApplyWorld<Pod>().Update("a", "metadata: {name: p}\nspec: {hostname: h}");

        world.Change("kubectl", pod => pod.Metadata.ManagedFields[0].Manager = "sneaky", "status");
        Assert.StartsWith("a ", world.Owners());
        world.Change("kubectl", pod => pod.Metadata.ManagedFields[0].Manager = "b");
        Assert.Equal("""b Update {"f:spec":{"f:hostname":{}}}""", world.Owners());
    }

    [Fact]
    public void Updaters_BeyondTen_BecomeOne()
    {
        var world = new ApplyWorld<ConfigMap>().Update("m0", "metadata: {name: m}\ndata: {k0: v}");
        for (var i = 1; i <= 12; i++) world.Change($"m{i}", map => map.Data[$"k{i}"] = "v");

        var managers = world.Live!.Metadata.ManagedFields.Select(entry => entry.Manager).ToList();

        Assert.Equal(["ancient-changes", "m4", "m5", "m6", "m7", "m8", "m9", "m10", "m11", "m12"], managers);
        Assert.Equal("ancient-changes", world.OwnersOf("data/k3"));
        Assert.Equal(4, world.Live.Metadata.ManagedFields[0].Time.Seconds);
    }
}
