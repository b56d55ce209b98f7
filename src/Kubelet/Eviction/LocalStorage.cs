using MiniK8s.Api.Placement;
using MiniK8s.Api.Quantities;
using MiniK8s.Kubelet.Cgroups;
using MiniK8s.Kubelet.Stats;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.Eviction;

/// <summary>A pod's limits of local storage, which hold whether the node is short of it or not [pkg/kubelet/eviction/eviction_manager.go localStorageEviction].</summary>
/// <remarks>
/// <code>
/// limit                                           | of
/// ------------------------------------------------+---------------------------------------------------
/// emptyDir.sizeLimit                              | one volume
/// ephemeral-storage limits of all containers      | layers, logs, and the volumes on the node's disk
/// ephemeral-storage limit of a main container     | its layer and its log
/// </code>
/// </remarks>
internal static class LocalStorage
{
    /// <summary>Whether it has any; most pods have none, and need not be looked at.</summary>
    public static bool HasLimits(PodSpec spec)
    {
        foreach (var volume in spec.Volumes)
        {
            if (volume.VolumeSource?.EmptyDir is { SizeLimit.Length: > 0 }) return true;
        }
        foreach (var container in spec.Containers)
        {
            if (container.Resources?.Limits.ContainsKey(ResourceLists.EphemeralStorage) == true) return true;
        }
        foreach (var container in spec.InitContainers)
        {
            if (container.Resources?.Limits.ContainsKey(ResourceLists.EphemeralStorage) == true) return true;
        }
        return false;
    }

    /// <summary>The first limit that is passed, as the status says it; null if none is.</summary>
    public static string? Excess(PodSpec spec, PodUsage usage) => ExcessOfVolume(spec, usage) ?? ExcessOfPod(spec, usage) ?? ExcessOfContainer(spec, usage);

    private static string? ExcessOfVolume(PodSpec spec, PodUsage usage)
    {
        foreach (var volume in spec.Volumes)
        {
            if (volume.VolumeSource?.EmptyDir is { } empty && Quantity.TryParse(empty.SizeLimit, out var limit) && limit.Sign > 0
                && usage.Volumes.GetValueOrDefault(volume.Name).Bytes > limit.Value)
                return $"Usage of EmptyDir volume \"{volume.Name}\" exceeds the limit \"{limit}\". ";
        }
        return null;
    }

    private static string? ExcessOfPod(PodSpec spec, PodUsage usage)
    {
        var limit = PodLimit(spec);
        return limit.Sign > 0 && usage.LocalStorage(spec).Bytes > limit.Value ? $"Pod ephemeral local storage usage exceeds the total limit of containers {limit}. " : null;
    }

    private static string? ExcessOfContainer(PodSpec spec, PodUsage usage)
    {
        foreach (var container in spec.Containers)
        {
            var limit = Limit(container);
            if (limit.Sign > 0 && usage.Containers.Any(used => used.Name == container.Name && used.Files.Bytes > limit.Value))
                return $"Container {container.Name} exceeded its local ephemeral storage limit \"{limit}\". ";
        }
        return null;
    }

    // As with requests: what the main containers and sidecars may have together, or the one init container that may have most.
    private static Quantity PodLimit(PodSpec spec)
    {
        var (together, sidecars, starting) = (default(Quantity), default(Quantity), default(Quantity));
        foreach (var container in spec.Containers) together += Limit(container);
        foreach (var init in spec.InitContainers)
        {
            if (init.RestartPolicy == "Always")
            {
                sidecars += Limit(init);
                starting = starting > sidecars ? starting : sidecars;
            }
            else if (sidecars + Limit(init) is var needed && needed > starting)
            {
                starting = needed;
            }
        }
        together += sidecars;
        return together > starting ? together : starting;
    }

    private static Quantity Limit(Container container) => CgroupValues.Amount(container.Resources?.Limits, ResourceLists.EphemeralStorage);
}
