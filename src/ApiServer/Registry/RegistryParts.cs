using MiniK8s.Api.Objects;
using MiniK8s.ApiServer.Admission;
using MiniK8s.ApiServer.Storage;
using MiniK8s.ApiServer.WatchCache;

namespace MiniK8s.ApiServer.Registry;

/// <summary>What the verbs of one kind share.</summary>
internal sealed record RegistryParts(
    ResourceStrategy Strategy, ObjectStorage Storage, AdmissionChain Admission, IKeyValueStore Store, ResourceCaches Caches,
    TimeProvider Time, IIdentitySource Identity)
{
    /// <summary>The kind.</summary>
    public ApiKind Kind => Strategy.Kind;

    /// <summary>The kind's cache.</summary>
    public ResourceCache Cache { get; } = Caches.Of(Strategy.Kind);

    /// <summary>Who owns which field.</summary>
    public FieldOwnership Ownership { get; } = new(Strategy, Time);

    /// <summary>The key of an object of this kind.</summary>
    public string KeyOf(string ns, string name) => StoreKeys.KeyOf(Kind, ns, name);
}
