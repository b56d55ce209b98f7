using MiniK8s.Protocol;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Meta.V1;
using MiniK8s.Protocol.Storage.V1;
using MiniK8s.Scheduler.Framework;
using MiniK8s.Scheduler.Plugins.NodeVolumeLimits;
using MiniK8s.Scheduler.Plugins.VolumeBinding;
using MiniK8s.Scheduler.Plugins.VolumeRestrictions;
using MiniK8s.Scheduler.Plugins.VolumeZone;
using MiniK8s.Scheduler.Tests.Fakes;

namespace MiniK8s.Scheduler.Tests.Plugins;

public sealed class VolumePluginTests
{
    private const string Zone = "topology.kubernetes.io/zone";
    private const string NoDisk = "node(s) had no available disk";
    private const string OnePodOnly = "node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode";
    private const string TooMany = "node(s) exceed max volume count";

    [Theory]
    [InlineData("gce:a", "gce:a", NoDisk)]
    [InlineData("gce:a", "gce:b", "")]
    [InlineData("gce:a:ro", "gce:a:ro", "")]
    [InlineData("gce:a:ro", "gce:a", NoDisk)]
    [InlineData("aws:a:ro", "aws:a:ro", NoDisk)]
    [InlineData("iscsi:a", "iscsi:a", NoDisk)]
    [InlineData("iscsi:a:ro", "iscsi:a:ro", "")]
    [InlineData("rbd:a:m1,m2", "rbd:a:m2", NoDisk)]
    [InlineData("rbd:a:m1", "rbd:a:m2", "")]
    [InlineData("gce:a", "aws:a", "")]
    public void VolumeRestrictions_TwoMountsOfADisk_ConflictUnlessBothOnlyRead(string existing, string wanted, string reason) =>
        AssertSays(reason, StatusCode.Unschedulable, new VolumeRestrictions(new FakeObjects()), A.Pod().With(Disk(wanted)), A.Node().Info(A.Pod("other").With(Disk(existing))));

    [Theory]
    [InlineData("ReadWriteOncePod", "default", OnePodOnly)]
    [InlineData("ReadWriteOncePod", "elsewhere", "")]
    [InlineData("ReadWriteOnce", "default", "")]
    public void VolumeRestrictions_ClaimForOnePod_IsRefusedToASecondOnAnyNode(string mode, string ns, string reason)
    {
        var other = A.Pod("other").Claims("data");
        other.Metadata.Namespace = ns;
        var (plugin, state, pod) = (new VolumeRestrictions(new FakeObjects(Claim("data", mode))), new CycleState(), A.Pod().Claims("data").Info());
        var (busy, idle) = (A.Node("busy").Info(other), A.Node("idle").Info());

        var result = plugin.PreFilter(state, pod, new Snapshot([busy, idle]));

        if (reason.Length == 0)
        {
            Assert.True(result.Skip || plugin.Filter(state, pod, idle).IsSuccess);
            return;
        }
        Assert.Equal([reason], plugin.Filter(state, pod, idle).Reasons);
        plugin.RemovePod(state, pod, busy.Pods[0], busy);
        Assert.True(plugin.Filter(state, pod, idle).IsSuccess);
    }

    [Theory]
    [InlineData(2, "", TooMany)]     // two attached, one more wanted
    [InlineData(3, "", "")]
    [InlineData(2, "data-0", "")]     // the same volume again
    [InlineData(null, "", "")]
    public void NodeVolumeLimits_DriverWithALimit_CountsEachVolumeOnce(int? limit, string shared, string reason)
    {
        var driver = new CSINodeDriver { Name = "csi.example.com", NodeId = "n1" };
        if (limit is { } count) driver.Allocatable = new VolumeNodeResources { Count = count };
        var objects = new List<IApiObject> { new CSINode { Metadata = new ObjectMeta { Name = "n1" }, Spec = new CSINodeSpec { Drivers = { driver } } } };
        for (var i = 0; i < 3; i++)
        {
            objects.Add(Claim($"data-{i}", "ReadWriteOnce", $"v{i}"));
            objects.Add(Volume($"v{i}", volume => volume.Spec.PersistentVolumeSource.Csi = new CSIPersistentVolumeSource { Driver = "csi.example.com", VolumeHandle = $"h{i}" }));
        }

        AssertSays(reason, StatusCode.Unschedulable, new NodeVolumeLimits(new FakeObjects([.. objects])), A.Pod().Claims(shared.Length > 0 ? shared : "data-2"),
            A.Node("n1").Info(A.Pod("a").Claims("data-0"), A.Pod("b").Claims("data-1"), A.Pod("c").Claims("data-0")));
    }

    [Theory]
    [InlineData(38, "")]
    [InlineData(39, TooMany)]
    public void EbsLimits_ThirtyNineVolumes_AreAll(int attached, string reason)
    {
        var others = Enumerable.Range(0, attached).Select(i => A.Pod($"p{i}").With(Disk($"aws:{i}"))).ToArray();

        AssertSays(reason, StatusCode.Unschedulable, DiskLimits.Ebs(new FakeObjects()), A.Pod().With(Disk("aws:new")), A.Node().Info(others));
    }

    [Theory]
    [InlineData("a", "a", "")]
    [InlineData("a", "b", "node(s) had no available volume zone")]
    [InlineData("a__b", "b", "")]
    [InlineData("a", null, "")]     // a node without labels is everywhere
    public void VolumeZone_VolumeOfAZone_WantsANodeOfIt(string volumeZone, string? nodeZone, string reason)
    {
        var node = A.Node();
        if (nodeZone is not null) node.Label(Zone, nodeZone);

        AssertSays(reason, StatusCode.Unresolvable,
            new VolumeZone(new FakeObjects(Claim("data", "ReadWriteOnce", "v"), Volume("v", volume => volume.Metadata.Labels[Zone] = volumeZone))), A.Pod().Claims("data"), node.Info());
    }

    public static TheoryData<string, string, IApiObject[]> Refusals => new()
    {
        { "missing", "persistentvolumeclaim \"data\" not found", [] },
        { "deleted", "persistentvolumeclaim \"data\" is being deleted", [Claim("data", change: claim => claim.Metadata.DeletionTimestamp = new() { Seconds = 1 })] },
        { "lost", "persistentvolumeclaim \"data\" bound to non-existent persistentvolume \"v\"", [Claim("data", volume: "v", change: claim => claim.Status.Phase = "Lost")] },
        { "immediate", "pod has unbound immediate PersistentVolumeClaims", [Claim("data")] },
        { "named only", "pod has unbound immediate PersistentVolumeClaims", [Claim("data", change: claim => claim.Spec.VolumeName = "v")] },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public void VolumeBinding_ClaimThatCannotBeHad_RefusesThePodEverywhere(string name, string reason, IApiObject[] objects)
    {
        var status = new VolumeBinding(new FakeObjects(objects)).PreFilter(new CycleState(), A.Pod(name).Claims("data").Info(), new Snapshot([])).Status;

        Assert.Equal((StatusCode.Unresolvable, reason), (status.Code, Assert.Single(status.Reasons)));
    }

    [Fact]
    public void VolumeBinding_GenericEphemeralVolume_WaitsForItsClaim()
    {
        var pod = A.Pod("web").With(spec => spec.Volumes.Add(new Volume { Name = "scratch", VolumeSource = new VolumeSource { Ephemeral = new() } }));

        var status = new VolumeBinding(new FakeObjects()).PreFilter(new CycleState(), pod.Info(), new Snapshot([])).Status;

        Assert.Equal("waiting for ephemeral volume controller to create the persistentvolumeclaim \"web-scratch\"", Assert.Single(status.Reasons));
    }

    [Theory]
    [InlineData("a", "a", "")]
    [InlineData("a", "b", "node(s) had volume node affinity conflict")]
    [InlineData(null, "a", "node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)")]
    public void VolumeBinding_BoundClaim_WantsANodeThatReachesTheVolume(string? volumeZone, string nodeZone, string reason)
    {
        List<IApiObject> objects = [Claim("data", volume: "v")];
        if (volumeZone is not null) objects.Add(Volume("v", volume => volume.Spec.NodeAffinity = InZone(volumeZone)));

        AssertSays(reason, StatusCode.Unresolvable, new VolumeBinding(new FakeObjects([.. objects])), A.Pod().Claims("data"), A.Node().Label(Zone, nodeZone).Info());
    }

    [Theory]
    [InlineData("kubernetes.io/no-provisioner", "1Gi", "a", "")]
    [InlineData("kubernetes.io/no-provisioner", "3Gi", "a", "node(s) didn't find available persistent volumes to bind")]     // too large
    [InlineData("kubernetes.io/no-provisioner", "1Gi", "b", "node(s) didn't find available persistent volumes to bind")]     // out of reach
    [InlineData("csi.example.com", "3Gi", "b", "")]     // one can be made
    public void VolumeBinding_ClaimThatWaitsForItsConsumer_FindsAVolumeOrAMaker(string provisioner, string size, string nodeZone, string reason)
    {
        var objects = new FakeObjects(
            Claim("data", change: claim =>
            {
                claim.Spec.StorageClassName = "late";
                claim.Spec.Resources.Requests["storage"] = size;
            }),
            new StorageClass { Metadata = new ObjectMeta { Name = "late" }, Provisioner = provisioner, VolumeBindingMode = "WaitForFirstConsumer" },
            Volume("v", volume =>
            {
                volume.Spec.StorageClassName = "late";
                volume.Spec.NodeAffinity = InZone("a");
            }));

        AssertSays(reason, StatusCode.Unresolvable, new VolumeBinding(objects), A.Pod().Claims("data"), A.Node().Label(Zone, nodeZone).Info());
    }

    [Fact]
    public void MayHelp_TheClaimComes_WakesItsPodOnly()
    {
        var (plugin, pod) = (new VolumeBinding(new FakeObjects()), A.Pod().Claims("data").Info());

        Assert.True(plugin.MayHelp(pod, new ClusterEvent.ObjectSet(null, Claim("data"))));
        Assert.False(plugin.MayHelp(pod, new ClusterEvent.ObjectSet(null, Claim("other"))));
        Assert.False(plugin.MayHelp(pod, new ClusterEvent.AssignedPodDeleted(A.Pod("other").Info())));
    }

    private static void AssertSays<T>(string reason, StatusCode code, T plugin, Pod pod, NodeInfo node)
        where T : IFilterPlugin
    {
        var (state, info) = (new CycleState(), pod.Info());
        if (plugin is IPreFilterPlugin first) Assert.True(first.PreFilter(state, info, new Snapshot([node])) is { Status.IsSuccess: true, Skip: false });

        var status = plugin.Filter(state, info, node);

        if (reason.Length == 0) Assert.True(status.IsSuccess);
        else Assert.Equal((code, reason), (status.Code, Assert.Single(status.Reasons)));
    }

    private static Action<PodSpec> Disk(string text)
    {
        var parts = text.Split(':');
        var readOnly = parts[^1] == "ro";
        VolumeSource source = parts[0] switch
        {
            "gce" => new() { GcePersistentDisk = new() { PdName = parts[1], ReadOnly = readOnly } },
            "aws" => new() { AwsElasticBlockStore = new() { VolumeId = parts[1], ReadOnly = readOnly } },
            "iscsi" => new() { Iscsi = new() { Iqn = parts[1], ReadOnly = readOnly } },
            _ => new() { Rbd = new() { Image = parts[1], Monitors = { parts[2].Split(',') } } },
        };
        return spec => spec.Volumes.Add(new Volume { Name = "disk", VolumeSource = source });
    }

    private static VolumeNodeAffinity InZone(string zone) => new()
    {
        Required = new NodeSelector
        {
            NodeSelectorTerms = { new NodeSelectorTerm { MatchExpressions = { new NodeSelectorRequirement { Key = Zone, Operator = "In", Values = { zone } } } } },
        },
    };

    private static PersistentVolumeClaim Claim(string name, string mode = "ReadWriteOnce", string volume = "", Action<PersistentVolumeClaim>? change = null)
    {
        var claim = new PersistentVolumeClaim
        {
            Metadata = new ObjectMeta { Namespace = "default", Name = name, Uid = $"uid-{name}" },
            Spec = new PersistentVolumeClaimSpec { AccessModes = { mode }, VolumeName = volume, VolumeMode = "Filesystem", Resources = new() { Requests = { ["storage"] = "1Gi" } } },
            Status = new PersistentVolumeClaimStatus { Phase = volume.Length > 0 ? "Bound" : "Pending" },
        };
        if (volume.Length > 0) claim.Metadata.Annotations["pv.kubernetes.io/bind-completed"] = "yes";
        change?.Invoke(claim);
        return claim;
    }

    private static PersistentVolume Volume(string name, Action<PersistentVolume> change)
    {
        var volume = new PersistentVolume
        {
            Metadata = new ObjectMeta { Name = name },
            Spec = new PersistentVolumeSpec { Capacity = { ["storage"] = "2Gi" }, AccessModes = { "ReadWriteOnce" }, VolumeMode = "Filesystem", PersistentVolumeSource = new() },
            Status = new PersistentVolumeStatus { Phase = "Available" },
        };
        change(volume);
        return volume;
    }
}
