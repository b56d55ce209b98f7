using MiniK8s.Kubelet.ContainerConfigs;
using MiniK8s.Kubelet.Containers;
using MiniK8s.Kubelet.References;
using MiniK8s.Kubelet.Tests.Fakes;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.Tests.ContainerConfigs;

public sealed class ContainerVariablesTests
{
    private static readonly Dictionary<string, string> Allocatable = new() { ["cpu"] = "4", ["memory"] = "8Gi" };
    private readonly FakeObjects _objects = new FakeObjects().Map("cm", ("k", "from-map"), ("other", "o")).Secret("s", ("p", "from-secret"));
    private readonly Container _container = A.Container("c");

    [Fact]
    public async Task Build_EnvOverEnvFrom_LaterOverEarlier()
    {
        _objects.Map("cm2", ("k", "second"));
        _container.EnvFrom.Add([Map("cm"), Map("cm2"), Map("cm", prefix: "P_")]);
        _container.Env.Add(new EnvVar { Name = "other", Value = "own" });

        Assert.Equal("k=second other=own P_k=from-map P_other=o", await BuildAsync());
    }

    [Fact]
    public async Task Build_Value_SeesOnlyWhatStandsBeforeItAndServices()
    {
        _container.Env.Add([new() { Name = "A", Value = "1" }, new() { Name = "B", Value = "$(A)$(C)$(SVC)$$(A)" }, new() { Name = "C", Value = "3" }]);

        Assert.Equal("A=1 B=1$(C)svc$(A) C=3 SVC=svc", await BuildAsync(new Kubelet.Runtime.EnvVar("SVC", "svc")));
    }

    [Fact]
    public async Task Build_OwnNameOfAServiceVariable_Wins()
    {
        _container.Env.Add(new EnvVar { Name = "SVC", Value = "own" });

        Assert.Equal("SVC=own", await BuildAsync(new Kubelet.Runtime.EnvVar("SVC", "svc")));
    }

    [Theory]
    [InlineData("metadata.name", "p")]
    [InlineData("metadata.namespace", "ns")]
    [InlineData("metadata.uid", "uid-1")]
    [InlineData("metadata.labels['app']", "web")]
    [InlineData("metadata.labels['none']", "")]
    [InlineData("spec.nodeName", "node-1")]
    [InlineData("status.podIP", "10.244.0.2")]
    [InlineData("status.hostIP", "10.0.0.1")]
    public async Task Build_FieldRef_GivesTheField(string path, string value)
    {
        _container.Env.Add(new EnvVar { Name = "F", ValueFrom = new() { FieldRef = new() { FieldPath = path } } });

        Assert.Equal($"F={value}", await BuildAsync());
    }

    [Theory]
    [InlineData("limits.cpu", null, "1")]
    [InlineData("limits.cpu", "1m", "250")]
    [InlineData("limits.memory", "1Mi", "64")]
    [InlineData("requests.memory", null, "0")]
    [InlineData("limits.ephemeral-storage", null, "0")]
    public async Task Build_ResourceFieldRef_DividesAndRoundsUp(string resource, string? divisor, string value)
    {
        _container.Resources = new ResourceRequirements { Limits = { ["cpu"] = "250m", ["memory"] = "64Mi" } };
        _container.Env.Add(new EnvVar { Name = "R", ValueFrom = new() { ResourceFieldRef = new() { Resource = resource, Divisor = divisor } } });

        Assert.Equal($"R={value}", await BuildAsync());
    }

    [Fact]
    public async Task Build_LimitNotSet_IsTheNodesAllocatable()
    {
        _container.Env.Add(new EnvVar { Name = "R", ValueFrom = new() { ResourceFieldRef = new() { Resource = "limits.memory", Divisor = "1Gi" } } });

        Assert.Equal("R=8", await BuildAsync());
    }

    [Theory]
    [InlineData("cm", "k", false, "V=from-map")]
    [InlineData("none", "k", true, "")]
    [InlineData("cm", "none", true, "")]
    public async Task Build_ConfigMapKey_OptionalAndMissingDefinesNothing(string map, string key, bool optional, string expected)
    {
        _container.Env.Add(MapKey(map, key, optional));

        Assert.Equal(expected, await BuildAsync());
    }

    [Theory]
    [InlineData("none", "k", "configmap \"none\" not found")]
    [InlineData("cm", "none", "couldn't find key none in ConfigMap ns/cm")]
    public async Task Build_ConfigMapKeyMissing_SaysWhich(string map, string key, string message)
    {
        _container.Env.Add(MapKey(map, key, optional: false));

        Assert.Equal(message, (await Assert.ThrowsAsync<ContainerConfigException>(() => BuildAsync())).Message);
    }

    [Fact]
    public async Task Build_SecretMissing_SaysWhich()
    {
        _container.EnvFrom.Add(new EnvFromSource { SecretRef = new() { LocalObjectReference = new() { Name = "none" } } });

        Assert.Equal("secret \"none\" not found", (await Assert.ThrowsAsync<ContainerConfigException>(() => BuildAsync())).Message);
    }

    [Theory]
    [InlineData("none", "limits.cpu", "container none not found")]
    [InlineData("", "limits", "unsupported container resource : limits")]
    public async Task Build_ResourceOfNobody_SaysWhich(string container, string resource, string message)
    {
        _container.Env.Add(new EnvVar { Name = "R", ValueFrom = new() { ResourceFieldRef = new() { ContainerName = container, Resource = resource } } });

        Assert.Equal(message, (await Assert.ThrowsAsync<ContainerConfigException>(() => BuildAsync())).Message);
    }

    [Fact]
    public async Task Build_ValueAndValueFrom_ValueWins()
    {
        var variable = MapKey("none", "k", optional: false);
        variable.Value = "literal";
        _container.Env.Add(variable);

        Assert.Equal("V=literal", await BuildAsync());
    }

    private async Task<string> BuildAsync(params Kubelet.Runtime.EnvVar[] services)
    {
        var pod = A.Pod(_container).With(p => p.Metadata.Labels["app"] = "web");
        var variables = await new ContainerVariables(_objects, Allocatable).BuildAsync(pod, _container, new PodAddresses("10.244.0.2", "10.0.0.1"), services, CancellationToken.None);
        return string.Join(' ', variables.Select(v => $"{v.Name}={v.Value}"));
    }

    private static EnvFromSource Map(string name, string prefix = "") => new() { Prefix = prefix, ConfigMapRef = new() { LocalObjectReference = new() { Name = name } } };

    private static EnvVar MapKey(string map, string key, bool optional) => new()
    {
        Name = "V", ValueFrom = new() { ConfigMapKeyRef = new() { LocalObjectReference = new() { Name = map }, Key = key, Optional = optional } },
    };
}
