using System.Text;

using MiniK8s.Kubelet.PodWorkers;
using MiniK8s.Kubelet.Simulation.Files;
using MiniK8s.Kubelet.Tests.Fakes;
using MiniK8s.Kubelet.Volumes;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.Tests.Volumes;

public sealed class PodVolumesTests
{
    private const string Root = "/var/lib/kubelet/pods/uid-1/volumes/";
    private readonly NodeFiles _files = new(new FileTree(new DirectoryNode(), new ManualTimeProvider()));
    private readonly FakeObjects _objects = new FakeObjects().Map("cm", ("a", "1"), ("b", "2")).Secret("s", ("p", "word"));

    [Fact]
    public async Task Mount_ConfigMap_EveryKeyIsAFileAndLaterOnesReplaceThem()
    {
        var volume = Volume(new VolumeSource { ConfigMap = new() { LocalObjectReference = new() { Name = "cm" } } });
        await MountAsync(volume);
        Assert.Equal(("1", "2"), (Read("kubernetes.io~configmap/v/a"), Read("kubernetes.io~configmap/v/b")));

        _objects.Map("cm", ("a", "new"));
        await MountAsync(volume);

        Assert.Equal(("new", null), (Read("kubernetes.io~configmap/v/a"), Read("kubernetes.io~configmap/v/b")));
    }

    [Fact]
    public async Task Mount_Items_OnlyThoseUnderTheirPaths()
    {
        var volume = Volume(new VolumeSource { ConfigMap = new() { LocalObjectReference = new() { Name = "cm" }, Items = { new KeyToPath { Key = "a", Path = "deep/x" } } } });

        await MountAsync(volume);

        Assert.Equal(("1", null), (Read("kubernetes.io~configmap/v/deep/x"), Read("kubernetes.io~configmap/v/b")));
    }

    [Fact]
    public async Task Mount_FsGroup_VolumesAndWhatIsMadeInThemAreThatGroups()
    {
        var pod = A.Pod(A.Container("c")).With(p =>
        {
            p.Spec.SecurityContext = new PodSecurityContext { FsGroup = 3000 };
            p.Spec.Volumes.Add(new Volume { Name = "e", VolumeSource = new VolumeSource { EmptyDir = new() } });
            p.Spec.Volumes.Add(new Volume { Name = "s", VolumeSource = new VolumeSource { Secret = new() { SecretName = "s", DefaultMode = 0b100_000_000 } } });
        });
        await Volumes.MountAsync(pod, CancellationToken.None);

        _files.Tree.OpenForWriting(Root + "kubernetes.io~empty-dir/e/f1", truncate: false, 0b110_100_100, uid: 1000, gid: 2000);
        _files.Tree.MakeDirectory(Root + "kubernetes.io~empty-dir/e/d", uid: 1000, gid: 2000);

        Assert.Equal("2777 0 3000", Owned("kubernetes.io~empty-dir/e"));
        Assert.Equal("644 1000 3000", Owned("kubernetes.io~empty-dir/e/f1"));
        Assert.Equal("2755 1000 3000", Owned("kubernetes.io~empty-dir/e/d"));
        Assert.Equal("440 0 3000", Owned("kubernetes.io~secret/s/p"));

        string Owned(string path)
        {
            var node = _files.Tree.Find(Root + path)!;
            return $"{Convert.ToString(node.Mode, 8)} {node.Uid} {node.Gid}";
        }
    }

    [Fact]
    public async Task Mount_EmptyDir_KeepsWhatIsInIt()
    {
        var volume = Volume(new VolumeSource { EmptyDir = new() });
        await MountAsync(volume);
        _files.WriteFile(Root + "kubernetes.io~empty-dir/v/x", Encoding.UTF8.GetBytes("kept"));

        await MountAsync(volume);

        Assert.Equal("kept", Read("kubernetes.io~empty-dir/v/x"));
    }

    [Fact]
    public async Task Unmount_Pod_NothingOfItIsLeftButHostPaths()
    {
        _files.WriteFile("/data/x", Encoding.UTF8.GetBytes("host"));
        var pod = A.Pod().With(p => p.Spec.Volumes.Add([
            Volume(new VolumeSource { EmptyDir = new() }), new Volume { Name = "h", VolumeSource = new VolumeSource { HostPath = new() { Path = "/data" } } }]));
        await Volumes.MountAsync(pod, CancellationToken.None);

        await Volumes.UnmountAsync(pod, CancellationToken.None);

        Assert.Equal(Kubelet.Runtime.NodePathKind.None, _files.KindOf("/var/lib/kubelet/pods/uid-1"));
        Assert.Equal(Kubelet.Runtime.NodePathKind.File, _files.KindOf("/data/x"));
    }

    [Fact]
    public async Task Mount_Projected_PutsAllSourcesTogether()
    {
        var projected = new ProjectedVolumeSource
        {
            Sources =
            {
                new VolumeProjection { ConfigMap = new() { LocalObjectReference = new() { Name = "cm" } } },
                new VolumeProjection { Secret = new() { LocalObjectReference = new() { Name = "s" } } },
                new VolumeProjection { DownwardApi = new() { Items = { new DownwardAPIVolumeFile { Path = "labels", FieldRef = new() { FieldPath = "metadata.labels" } } } } },
                new VolumeProjection { ServiceAccountToken = new() { Path = "token" } },
            },
        };

        await MountAsync(Volume(new VolumeSource { Projected = projected }));

        Assert.Equal("a=\"x\\\"y\"\nb=\"2\"", Read("kubernetes.io~projected/v/labels"));
        Assert.Equal(("1", "word"), (Read("kubernetes.io~projected/v/a"), Read("kubernetes.io~projected/v/p")));
        Assert.NotNull(Read("kubernetes.io~projected/v/token"));
    }

    [Theory]
    [InlineData("none", "a", false, "MountVolume.SetUp failed for volume \"v\" : configmap \"none\" not found")]
    [InlineData("cm", "none", false, "MountVolume.SetUp failed for volume \"v\" : configmap references non-existent config key: none")]
    [InlineData("none", "a", true, null)]
    [InlineData("cm", "none", true, null)]
    public async Task Mount_SomethingMissing_IsAFaultUnlessOptional(string map, string key, bool optional, string? fault)
    {
        var source = new ConfigMapVolumeSource { LocalObjectReference = new() { Name = map }, Items = { new KeyToPath { Key = key, Path = "x" } }, Optional = optional };

        Assert.Equal(fault, await FaultAsync(Volume(new VolumeSource { ConfigMap = source })));
    }

    [Theory]
    [InlineData("Directory", "/none", "hostPath type check failed: /none is not a directory")]
    [InlineData("File", "/none", "hostPath type check failed: /none is not a file")]
    [InlineData("File", "/dir", "hostPath type check failed: /dir is not a file")]
    [InlineData("Directory", "/dir", null)]
    [InlineData("DirectoryOrCreate", "/none", null)]
    [InlineData("FileOrCreate", "/none", null)]
    [InlineData("FileOrCreate", "/dir", "hostPath type check failed: /dir is not a file")]
    [InlineData("", "/none", null)]
    public async Task Mount_HostPath_MustBeWhatItsTypeSays(string type, string path, string? fault)
    {
        _files.CreateDirectory("/dir");

        var found = await FaultAsync(Volume(new VolumeSource { HostPath = new() { Path = path, Type = type } }));

        Assert.Equal(fault is null ? null : $"MountVolume.SetUp failed for volume \"v\" : {fault}", found);
    }

    private PodVolumes Volumes => new(_files, new VolumeContent(_objects, "10.0.0.1", new Dictionary<string, string>()));

    private Task MountAsync(Volume volume) => Volumes.MountAsync(A.Pod().With(p =>
    {
        p.Spec.Volumes.Add(volume);
        p.Metadata.Labels["b"] = "2";
        p.Metadata.Labels["a"] = "x\"y";
    }), CancellationToken.None);

    private async Task<string?> FaultAsync(Volume volume)
    {
        try
        {
            await MountAsync(volume);
            return null;
        }
        catch (VolumeException exception)
        {
            return exception.Message;
        }
    }

    private string? Read(string path) => _files.ReadFile(Root + path) is { } bytes ? Encoding.UTF8.GetString(bytes) : null;

    private static Volume Volume(VolumeSource source) => new() { Name = "v", VolumeSource = source };
}
