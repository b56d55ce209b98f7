using MiniK8s.Kubelet.ContainerConfigs;
using MiniK8s.Kubelet.Containers;
using MiniK8s.Kubelet.Runtime;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.Tests.ContainerConfigs;

public sealed class ContainerMountsTests
{
    private readonly Kubelet.Simulation.Files.NodeFiles _files = new(new(new Kubelet.Simulation.Files.DirectoryNode(), TimeProvider.System));

    [Theory]
    [InlineData("$(POD)/logs", "/disk/web/logs")]
    [InlineData("$$(POD)", "/disk/$(POD)")]
    public void Of_SubPathExpr_IsExpanded(string expression, string path) => Assert.Equal(path, Of(new VolumeMount { SubPathExpr = expression }).HostPath);

    [Theory]
    [InlineData("$(B)/$(A)/$(B)", "missing value for A, B")]
    [InlineData("$(EMPTY)", "missing value for EMPTY")]
    [InlineData("$(ROOT)", "error SubPath `/tmp` must not be an absolute path")]
    [InlineData("$(UP)", "unable to provision SubPath `..`: must not contain '..'")]
    [InlineData("a/$(UP)/b", "unable to provision SubPath `a/../b`: must not contain '..'")]
    [InlineData("a-file/b", "failed to prepare subPath for volumeMount \"v\" of container \"c\"")]
    public void Of_SubPathExprThatLeadsNowhere_IsRefused(string expression, string message)
    {
        _files.WriteFile("/disk/a-file", default);

        var refusal = Assert.Throws<ContainerConfigException>(() => Of(new VolumeMount { SubPathExpr = expression }));

        Assert.Equal(message, refusal.Message);
    }

    [Fact]
    public void Of_SubPathOfOneFile_IsThatFile()
    {
        _files.WriteFile("/disk/a-file", default);

        Assert.Equal("/disk/a-file", Of(new VolumeMount { SubPath = "a-file" }).HostPath);
    }

    private Mount Of(VolumeMount mount)
    {
        (mount.Name, mount.MountPath) = ("v", "/d");
        var pod = Fakes.A.Pod(Fakes.A.Container("c"));
        pod.Spec.Volumes.Add(new Volume { Name = "v", VolumeSource = new VolumeSource { HostPath = new HostPathVolumeSource { Path = "/disk" } } });
        pod.Spec.Containers[0].VolumeMounts.Add(mount);
        Runtime.EnvVar[] variables = [new("POD", "web"), new("ROOT", "/tmp"), new("UP", ".."), new("EMPTY", "")];
        return ContainerMounts.Of(pod, pod.Spec.Containers[0], variables, _files).First();
    }
}
