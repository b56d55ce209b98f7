using Google.Protobuf;

using MiniK8s.Kubelet.References;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Nodes.V1;

namespace MiniK8s.Kubelet.Tests.Fakes;

/// <summary>ConfigMaps, Secrets and RuntimeClasses that the test puts there.</summary>
internal sealed class FakeObjects : IReferencedObjects
{
    public Dictionary<string, ConfigMap> ConfigMaps { get; } = [];

    public Dictionary<string, Secret> Secrets { get; } = [];

    public Dictionary<string, RuntimeClass> RuntimeClasses { get; } = [];

    public FakeObjects Map(string name, params (string Key, string Value)[] data)
    {
        var map = new ConfigMap();
        foreach (var (key, value) in data) map.Data[key] = value;
        ConfigMaps[name] = map;
        return this;
    }

    public FakeObjects Secret(string name, params (string Key, string Value)[] data)
    {
        var secret = new Secret();
        foreach (var (key, value) in data) secret.Data[key] = ByteString.CopyFromUtf8(value);
        Secrets[name] = secret;
        return this;
    }

    public Task<ConfigMap?> ConfigMapAsync(string ns, string name, CancellationToken ct) => Task.FromResult(ConfigMaps.GetValueOrDefault(name));

    public Task<Secret?> SecretAsync(string ns, string name, CancellationToken ct) => Task.FromResult(Secrets.GetValueOrDefault(name));

    public Task<RuntimeClass?> RuntimeClassAsync(string name, CancellationToken ct) => Task.FromResult(RuntimeClasses.GetValueOrDefault(name));
}
