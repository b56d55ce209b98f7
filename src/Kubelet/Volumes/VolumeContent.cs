using System.Text;

using MiniK8s.Kubelet.PodWorkers;
using MiniK8s.Kubelet.References;
using MiniK8s.Kubelet.Runtime;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.Volumes;

/// <summary>The files of configMap, secret, downwardAPI and projected volumes, by relative path.</summary>
/// <param name="objects">Where ConfigMaps and Secrets come from.</param>
/// <param name="hostIp">The node's address.</param>
/// <param name="allocatable">The node's, for limits that are not set.</param>
internal sealed class VolumeContent(IReferencedObjects objects, string hostIp, IReadOnlyDictionary<string, string> allocatable)
{
    private const int DefaultMode = 0b110_100_100;

    /// <exception cref="VolumeException">Something it must have is missing.</exception>
    /// <exception cref="MiniK8s.Api.Errors.ApiException">Something it must have could not be read.</exception>
    public async Task<IReadOnlyDictionary<string, NodeFile>> ReadAsync(Pod pod, VolumeSource source, CancellationToken ct) => source switch
    {
        { ConfigMap: { } map } => await ConfigMapAsync(pod, map.LocalObjectReference?.Name ?? "", map.Items, map.Optional, Mode(map.HasDefaultMode, map.DefaultMode), ct),
        { Secret: { } secret } => await SecretAsync(pod, secret.SecretName, secret.Items, secret.Optional, Mode(secret.HasDefaultMode, secret.DefaultMode), ct),
        { DownwardApi: { } downward } => Downward(pod, downward.Items, Mode(downward.HasDefaultMode, downward.DefaultMode)),
        { Projected: { } projected } => await ProjectedAsync(pod, projected, ct),
        _ => throw new ArgumentException("This volume has no files of its own.", nameof(source)),
    };

    private async Task<IReadOnlyDictionary<string, NodeFile>> ProjectedAsync(Pod pod, ProjectedVolumeSource projected, CancellationToken ct)
    {
        var mode = Mode(projected.HasDefaultMode, projected.DefaultMode);
        var all = new Dictionary<string, NodeFile>();
        foreach (var source in projected.Sources)
        {
            var files = source switch
            {
                { ConfigMap: { } map } => await ConfigMapAsync(pod, map.LocalObjectReference?.Name ?? "", map.Items, map.Optional, mode, ct),
                { Secret: { } secret } => await SecretAsync(pod, secret.LocalObjectReference?.Name ?? "", secret.Items, secret.Optional, mode, ct),
                { DownwardApi: { } downward } => Downward(pod, downward.Items, mode),
                { ServiceAccountToken: { } token } => Token(pod, token, mode),
                _ => throw new VolumeException("this kind of projected source is not supported"),
            };
            foreach (var (path, file) in files) all[path] = file;
        }
        return all;
    }

    private async Task<IReadOnlyDictionary<string, NodeFile>> ConfigMapAsync(
        Pod pod, string name, IReadOnlyList<KeyToPath> items, bool optional, int mode, CancellationToken ct)
    {
        var map = await objects.ConfigMapAsync(pod.Metadata.Namespace, name, ct);
        if (map is null) return optional ? NoFiles : throw new VolumeException($"configmap \"{name}\" not found");
        var data = map.Data.ToDictionary(entry => entry.Key, entry => new ReadOnlyMemory<byte>(Encoding.UTF8.GetBytes(entry.Value)));
        foreach (var (key, value) in map.BinaryData) data[key] = value.Memory;
        return Pick(data, items, mode, key => optional ? null : $"configmap references non-existent config key: {key}");
    }

    private async Task<IReadOnlyDictionary<string, NodeFile>> SecretAsync(
        Pod pod, string name, IReadOnlyList<KeyToPath> items, bool optional, int mode, CancellationToken ct)
    {
        var secret = await objects.SecretAsync(pod.Metadata.Namespace, name, ct);
        if (secret is null) return optional ? NoFiles : throw new VolumeException($"secret \"{name}\" not found");
        var data = secret.Data.ToDictionary(entry => entry.Key, entry => entry.Value.Memory);
        return Pick(data, items, mode, key => optional ? null : $"references non-existent secret key: {key}");
    }

    private Dictionary<string, NodeFile> Downward(Pod pod, IReadOnlyList<DownwardAPIVolumeFile> items, int mode)
    {
        var addresses = new PodAddresses(pod.Status?.PodIp ?? "", hostIp);
        return items.ToDictionary(item => item.Path, item =>
        {
            var value = item.FieldRef is { } field
                ? PodFields.Find(pod, field.FieldPath, addresses) ?? throw new VolumeException($"unsupported fieldPath: {field.FieldPath}")
                : ContainerResources.Find(pod, item.ResourceFieldRef, own: null, allocatable) ?? throw new VolumeException(ContainerResources.Fault(pod, item.ResourceFieldRef));
            return new NodeFile(Encoding.UTF8.GetBytes(value), Mode(item.HasMode, item.Mode, mode));
        });
    }

    // Not signed: nothing in a simulated container can present it to an apiserver. It says whose it would be.
    private static Dictionary<string, NodeFile> Token(Pod pod, ServiceAccountTokenProjection token, int mode)
    {
        var account = pod.Spec.ServiceAccountName.Length > 0 ? pod.Spec.ServiceAccountName : "default";
        var text = $"system:serviceaccount:{pod.Metadata.Namespace}:{account}:{pod.Metadata.Uid}";
        return new() { [token.Path] = new NodeFile(Encoding.UTF8.GetBytes(text), mode) };
    }

    private static IReadOnlyDictionary<string, NodeFile> NoFiles { get; } = new Dictionary<string, NodeFile>();

    // All keys, or those that are asked for; "missing" says what is wrong when one of these is absent, null when that is allowed.
    private static Dictionary<string, NodeFile> Pick(
        Dictionary<string, ReadOnlyMemory<byte>> data, IReadOnlyList<KeyToPath> items, int mode, Func<string, string?> missing)
    {
        if (items.Count == 0) return data.ToDictionary(entry => entry.Key, entry => new NodeFile(entry.Value, mode));
        var files = new Dictionary<string, NodeFile>();
        foreach (var item in items)
        {
            if (data.TryGetValue(item.Key, out var value)) files[item.Path] = new NodeFile(value, Mode(item.HasMode, item.Mode, mode));
            else if (missing(item.Key) is { } fault) throw new VolumeException(fault);
        }
        return files;
    }

    private static int Mode(bool isSet, int mode, int otherwise = DefaultMode) => isSet ? mode : otherwise;
}
