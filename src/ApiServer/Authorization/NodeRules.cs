using MiniK8s.Api.Objects;
using MiniK8s.ApiServer.WatchCache;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.ApiServer.Authorization;

/// <summary>What a kubelet may ask for. What it may write is narrowed further by the NodeRestriction plugin, which sees the objects.</summary>
/// <remarks>
/// resource                  | verbs
/// --------------------------+--------------------------------------------------------------------------------------------
/// nodes, nodes/status       | create; get, list, watch; update, patch (its own, says NodeRestriction)
/// leases in kube-node-lease | all on its own
/// pods, pods/status         | get, list, watch; create (mirror), update and patch of status, delete (its own)
/// events                    | create, update, patch
/// services, endpointslices  | get, list, watch
/// runtimeclasses            | get, list, watch
/// secrets, configmaps       | get, list, watch of one by name that a Pod bound to the node refers to
/// serviceaccounts           | get of one that a Pod bound to the node runs as
/// </remarks>
internal sealed class NodeRules(ResourceCaches caches)
{
    private const string NodeLeases = "kube-node-lease";

    private static readonly string[] Reads = ["get", "list", "watch"];

    private readonly ResourceCache _pods = caches.Of(ApiKinds.Of<Pod>());

    /// <summary>Whether the rules allow it.</summary>
    public bool Allows(string node, RequestAttributes wanted) => (wanted.ApiGroup, wanted.Resource, wanted.Subresource) switch
    {
        ("", "nodes", "") => Reads.Contains(wanted.Verb) || wanted.Verb is "create" or "update" or "patch",
        ("", "nodes", "status") => wanted.Verb is "get" or "update" or "patch",
        ("coordination.k8s.io", "leases", "") => wanted.Namespace == NodeLeases && IsOwnLease(node, wanted),
        ("", "pods", "") => Reads.Contains(wanted.Verb) || wanted.Verb is "create" or "delete",
        ("", "pods", "status") => wanted.Verb is "get" or "update" or "patch",
        ("", "events", "") => wanted.Verb is "create" or "update" or "patch",
        ("", "services" or "endpoints", "") or ("discovery.k8s.io", "endpointslices", "") => Reads.Contains(wanted.Verb),
        ("node.k8s.io", "runtimeclasses", "") => Reads.Contains(wanted.Verb),
        ("", "secrets", "") => Reads.Contains(wanted.Verb) && IsReferred(node, wanted, RefersToSecret),
        ("", "configmaps", "") => Reads.Contains(wanted.Verb) && IsReferred(node, wanted, RefersToConfigMap),
        ("", "serviceaccounts", "") => wanted.Verb == "get" && IsReferred(node, wanted, (pod, name) => pod.Spec.ServiceAccountName == name),
        _ => false,
    };

    private static bool IsOwnLease(string node, RequestAttributes wanted) =>
        wanted.Verb == "create" || NameIn(wanted) == node;

    private bool IsReferred(string node, RequestAttributes wanted, Func<Pod, string, bool> refers) =>
        NameIn(wanted) is { Length: > 0 } name && wanted.Namespace.Length > 0 && _pods.Snapshot()
            .Select(new Selection(Storage.StoreKeys.PrefixOf(ApiKinds.Of<Pod>(), wanted.Namespace), null))
            .Select(item => (Pod)item.Object)
            .Any(pod => pod.Spec.NodeName == node && refers(pod, name));

    // A collection narrowed to one name counts as that name.
    private static string NameIn(RequestAttributes wanted)
    {
        const string ByName = "metadata.name=";
        if (wanted.Name.Length > 0) return wanted.Name;
        return wanted.FieldSelector.StartsWith(ByName, StringComparison.Ordinal) && !wanted.FieldSelector.Contains(',')
            ? wanted.FieldSelector[ByName.Length..]
            : "";
    }

    private static bool RefersToSecret(Pod pod, string name) =>
        pod.Spec.ImagePullSecrets.Any(secret => secret.Name == name)
        || SourcesOf(pod).Any(source => source.Secret?.SecretName == name)
        || ProjectionsOf(pod).Any(source => source.Secret?.LocalObjectReference?.Name == name)
        || ContainersOf(pod).Any(container => container.Env.Any(env => env.ValueFrom?.SecretKeyRef?.LocalObjectReference?.Name == name)
            || container.EnvFrom.Any(from => from.SecretRef?.LocalObjectReference?.Name == name));

    private static bool RefersToConfigMap(Pod pod, string name) =>
        SourcesOf(pod).Any(source => source.ConfigMap?.LocalObjectReference?.Name == name)
        || ProjectionsOf(pod).Any(source => source.ConfigMap?.LocalObjectReference?.Name == name)
        || ContainersOf(pod).Any(container => container.Env.Any(env => env.ValueFrom?.ConfigMapKeyRef?.LocalObjectReference?.Name == name)
            || container.EnvFrom.Any(from => from.ConfigMapRef?.LocalObjectReference?.Name == name));

    private static IEnumerable<VolumeSource> SourcesOf(Pod pod) => pod.Spec.Volumes.Select(volume => volume.VolumeSource).OfType<VolumeSource>();

    private static IEnumerable<VolumeProjection> ProjectionsOf(Pod pod) =>
        SourcesOf(pod).SelectMany(source => source.Projected?.Sources ?? Enumerable.Empty<VolumeProjection>());

    private static IEnumerable<Container> ContainersOf(Pod pod) => pod.Spec.InitContainers.Concat(pod.Spec.Containers);
}
