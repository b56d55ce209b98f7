using MiniK8s.Protocol.Storage.V1;

namespace MiniK8s.ApiServer.Rest.Tables;

internal sealed class StorageClassTable() : KindTable<StorageClass>(
    StorageClass.Descriptor,
    TableColumn.ObjectName,
    new("Provisioner", "Who makes the volumes."),
    new("ReclaimPolicy", "What happens to a volume when its claim goes."),
    new("VolumeBindingMode", "When a claim is bound."),
    new("AllowVolumeExpansion", "Whether claims may ask for more later."),
    TableColumn.Age)
{
    private static readonly string[] DefaultAnnotations = ["storageclass.kubernetes.io/is-default-class", "storageclass.beta.kubernetes.io/is-default-class"];

    protected override TableRow Row(StorageClass obj, DateTimeOffset now) => new([
        IsDefault(obj) ? $"{obj.Metadata.Name} (default)" : Name(obj), obj.Provisioner, obj.ReclaimPolicy, obj.VolumeBindingMode, obj.AllowVolumeExpansion ? "true" : "false", Age(obj, now)]);

    private static bool IsDefault(StorageClass obj) =>
        DefaultAnnotations.Any(name => obj.Metadata.Annotations.TryGetValue(name, out var value) && value == "true");
}
