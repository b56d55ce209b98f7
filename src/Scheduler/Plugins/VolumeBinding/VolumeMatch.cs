using MiniK8s.Api.Quantities;
using MiniK8s.Api.Selectors;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Scheduler.Plugins.VolumeBinding;

/// <summary>Whether a volume that was made beforehand is what a claim asks for. Source: staging/src/k8s.io/component-helpers/storage/volume FindMatchingVolume.</summary>
internal static class VolumeMatch
{
    private const string Storage = "storage";

    /// <summary>Free or kept for the claim, of its class and mode, large enough, with its access modes and labels.</summary>
    public static bool Fits(PersistentVolume volume, PersistentVolumeClaim claim, string storageClass)
    {
        if (volume.Metadata.DeletionTimestamp is not null || volume.Spec.StorageClassName != storageClass) return false;
        if (volume.Spec.ClaimRef is { } kept) return IsFor(kept, claim);
        return volume.Status.Phase == "Available"
            && volume.Spec.VolumeMode == claim.Spec.VolumeMode
            && Size(volume) >= Amount(claim.Spec.Resources?.Requests ?? [])
            && claim.Spec.AccessModes.All(volume.Spec.AccessModes.Contains)
            && (claim.Spec.Selector is not { } selector || LabelQuery.From(selector).Matches(volume.Metadata.Labels));
    }

    /// <summary>How much it holds, in bytes.</summary>
    public static long Size(PersistentVolume volume) => Amount(volume.Spec.Capacity);

    private static bool IsFor(ObjectReference kept, PersistentVolumeClaim claim) =>
        kept.Namespace == claim.Metadata.Namespace && kept.Name == claim.Metadata.Name && (kept.Uid.Length == 0 || kept.Uid == claim.Metadata.Uid);

    private static long Amount(IDictionary<string, string> amounts) =>
        amounts.TryGetValue(Storage, out var text) && Quantity.TryParse(text, out var quantity) ? quantity.Value : 0;
}
