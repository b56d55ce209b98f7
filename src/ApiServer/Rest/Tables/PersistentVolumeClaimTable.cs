using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.ApiServer.Rest.Tables;

internal sealed class PersistentVolumeClaimTable() : KindTable<PersistentVolumeClaim>(
    PersistentVolumeClaim.Descriptor,
    TableColumn.ObjectName,
    new("Status", "Pending, Bound, Lost or Terminating."),
    new("Volume", "The volume the claim is bound to."),
    new("Capacity", "What the volume really has."),
    new("Access Modes", "Ways the volume can be mounted, in short."),
    new("StorageClass", "The class of the volume."),
    new("VolumeAttributesClass", "The class of the volume's changeable settings."),
    TableColumn.Age,
    new("VolumeMode", "Filesystem or Block.", Priority: 1))
{
    private const string Unset = "<unset>";
    private const string ClassAnnotation = "volume.beta.kubernetes.io/storage-class";

    protected override TableRow Row(PersistentVolumeClaim obj, DateTimeOffset now)
    {
        var (spec, status) = (obj.Spec, obj.Status);
        var isBound = spec.VolumeName.Length > 0;
        return new([
            Name(obj), obj.Metadata.DeletionTimestamp is null ? status.Phase : "Terminating", spec.VolumeName, isBound ? Capacity(status) : "",
            isBound ? VolumeAccessModes.Short(status.AccessModes) : "", StorageClass(obj), spec.HasVolumeAttributesClassName ? spec.VolumeAttributesClassName : Unset,
            Age(obj, now), spec.HasVolumeMode ? spec.VolumeMode : Unset]);
    }

    private static string Capacity(PersistentVolumeClaimStatus status) => status.Capacity.TryGetValue("storage", out var amount) ? amount : "0";

    private static string StorageClass(PersistentVolumeClaim obj) =>
        obj.Metadata.Annotations.TryGetValue(ClassAnnotation, out var name) ? name : obj.Spec.StorageClassName;
}
