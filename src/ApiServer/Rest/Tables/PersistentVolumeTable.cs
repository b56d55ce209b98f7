using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.ApiServer.Rest.Tables;

internal sealed class PersistentVolumeTable() : KindTable<PersistentVolume>(
    PersistentVolume.Descriptor,
    TableColumn.ObjectName,
    new("Capacity", "How much the volume holds."),
    new("Access Modes", "Ways the volume can be mounted, in short."),
    new("Reclaim Policy", "What happens to the volume when its claim goes."),
    new("Status", "Pending, Available, Bound, Released, Failed or Terminating."),
    new("Claim", "The claim the volume is bound to, or kept for."),
    new("StorageClass", "The class of the volume."),
    new("VolumeAttributesClass", "The class of the volume's changeable settings."),
    new("Reason", "Why the volume failed."),
    TableColumn.Age,
    new("VolumeMode", "Filesystem or Block.", Priority: 1))
{
    private const string Unset = "<unset>";
    private const string ClassAnnotation = "volume.beta.kubernetes.io/storage-class";

    protected override TableRow Row(PersistentVolume obj, DateTimeOffset now)
    {
        var (spec, status) = (obj.Spec, obj.Status);
        return new([
            Name(obj), spec.Capacity.TryGetValue("storage", out var amount) ? amount : "0", VolumeAccessModes.Short(spec.AccessModes),
            spec.PersistentVolumeReclaimPolicy, obj.Metadata.DeletionTimestamp is null ? status.Phase : "Terminating",
            spec.ClaimRef is { } claim ? $"{claim.Namespace}/{claim.Name}" : "",
            obj.Metadata.Annotations.TryGetValue(ClassAnnotation, out var name) ? name : spec.StorageClassName,
            spec.HasVolumeAttributesClassName ? spec.VolumeAttributesClassName : Unset, status.Reason, Age(obj, now),
            spec.HasVolumeMode ? spec.VolumeMode : Unset]);
    }
}
