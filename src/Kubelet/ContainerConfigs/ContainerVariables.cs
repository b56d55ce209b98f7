using MiniK8s.Kubelet.Containers;
using MiniK8s.Kubelet.References;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.ContainerConfigs;

/// <summary>A container's environment from its specification [pkg/kubelet/kubelet_pods.go makeEnvironmentVariables].</summary>
/// <remarks>
/// envFrom first, a later source over an earlier one; env over that, each value expanded against what stands before it and the service
/// variables; last the service variables, where the name is free. What is optional and missing defines nothing.
/// </remarks>
internal sealed class ContainerVariables(IReferencedObjects objects, IReadOnlyDictionary<string, string> allocatable)
{
    /// <exception cref="ContainerConfigException">Something it must have is missing.</exception>
    /// <exception cref="MiniK8s.Api.Errors.ApiException">Something it must have could not be read.</exception>
    public async Task<IReadOnlyList<Runtime.EnvVar>> BuildAsync(
        Pod pod, Container container, PodAddresses addresses, IEnumerable<Runtime.EnvVar> services, CancellationToken ct)
    {
        var links = services.ToDictionary(variable => variable.Name, variable => variable.Value);
        var result = new OrderedDictionary<string, string>();
        foreach (var source in container.EnvFrom)
        {
            foreach (var (key, value) in await AllOfAsync(pod.Metadata.Namespace, source, ct)) result[source.Prefix + key] = value;
        }
        foreach (var variable in container.Env)
        {
            var value = variable.Value.Length > 0 || variable.ValueFrom is null
                ? Expansion.Expand(variable.Value, name => result.TryGetValue(name, out var known) ? known : links.GetValueOrDefault(name))
                : await ValueOfAsync(pod, container, variable.ValueFrom, addresses, ct);
            if (value is not null) result[variable.Name] = value;
        }
        foreach (var (name, value) in links) result.TryAdd(name, value);
        return [.. result.Select(entry => new Runtime.EnvVar(entry.Key, entry.Value))];
    }

    private async Task<IEnumerable<KeyValuePair<string, string>>> AllOfAsync(string ns, EnvFromSource source, CancellationToken ct)
    {
        if (source.ConfigMapRef is { } mapRef)
        {
            var name = mapRef.LocalObjectReference?.Name ?? "";
            if (await objects.ConfigMapAsync(ns, name, ct) is { } map) return map.Data;
            return mapRef.Optional ? [] : throw NotFound("configmap", name);
        }
        if (source.SecretRef is { } secretRef)
        {
            var name = secretRef.LocalObjectReference?.Name ?? "";
            if (await objects.SecretAsync(ns, name, ct) is { } secret) return secret.Data.Select(entry => KeyValuePair.Create(entry.Key, entry.Value.ToStringUtf8()));
            return secretRef.Optional ? [] : throw NotFound("secret", name);
        }
        return [];
    }

    // Null: an optional one that is missing.
    private async Task<string?> ValueOfAsync(Pod pod, Container container, EnvVarSource source, PodAddresses addresses, CancellationToken ct) => source switch
    {
        { FieldRef: { } field } => PodFields.Find(pod, field.FieldPath, addresses) ?? throw new ContainerConfigException($"unsupported fieldPath: {field.FieldPath}"),
        { ResourceFieldRef: { } resource } => ContainerResources.Find(pod, resource, container, allocatable)
            ?? throw new ContainerConfigException(ContainerResources.Fault(pod, resource)),
        { ConfigMapKeyRef: { } key } => await ConfigMapKeyAsync(pod.Metadata.Namespace, key, ct),
        { SecretKeyRef: { } key } => await SecretKeyAsync(pod.Metadata.Namespace, key, ct),
        _ => "",
    };

    private async Task<string?> ConfigMapKeyAsync(string ns, ConfigMapKeySelector selector, CancellationToken ct)
    {
        var name = selector.LocalObjectReference?.Name ?? "";
        var map = await objects.ConfigMapAsync(ns, name, ct);
        if (map is not null && map.Data.TryGetValue(selector.Key, out var value)) return value;
        if (selector.Optional) return null;
        throw map is null ? NotFound("configmap", name) : new ContainerConfigException($"couldn't find key {selector.Key} in ConfigMap {ns}/{name}");
    }

    private async Task<string?> SecretKeyAsync(string ns, SecretKeySelector selector, CancellationToken ct)
    {
        var name = selector.LocalObjectReference?.Name ?? "";
        var secret = await objects.SecretAsync(ns, name, ct);
        if (secret is not null && secret.Data.TryGetValue(selector.Key, out var value)) return value.ToStringUtf8();
        if (selector.Optional) return null;
        throw secret is null ? NotFound("secret", name) : new ContainerConfigException($"couldn't find key {selector.Key} in Secret {ns}/{name}");
    }

    private static ContainerConfigException NotFound(string kind, string name) => new($"{kind} \"{name}\" not found");
}
