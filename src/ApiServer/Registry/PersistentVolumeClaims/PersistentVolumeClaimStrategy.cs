using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.ApiServer.Registry.PersistentVolumeClaims;

/// <summary>PersistentVolumeClaims: what the volume is filled from is kept in both of its spellings where both can say it.</summary>
internal sealed class PersistentVolumeClaimStrategy : SpecStatusStrategy<PersistentVolumeClaim>
{
    /// <inheritdoc/>
    protected override bool HasGeneration => false;

    /// <inheritdoc/>
    protected override void PrepareForCreate(PersistentVolumeClaim obj)
    {
        base.PrepareForCreate(obj);
        obj.Status.Phase = "Pending";
        Sources(obj.Spec);
    }

    /// <inheritdoc/>
    protected override void PrepareForUpdate(PersistentVolumeClaim obj, PersistentVolumeClaim existing, string subresource)
    {
        base.PrepareForUpdate(obj, existing, subresource);
        if (subresource != "status") Sources(obj.Spec);
    }

    private static void Sources(PersistentVolumeClaimSpec spec)
    {
        if (spec is { DataSource: { } source, DataSourceRef: null })
        {
            spec.DataSourceRef = new() { Kind = source.Kind, Name = source.Name };
            if (source.HasApiGroup) spec.DataSourceRef.ApiGroup = source.ApiGroup;
        }
        else if (spec is { DataSource: null, DataSourceRef: { Namespace.Length: 0 } reference })
        {
            spec.DataSource = new() { Kind = reference.Kind, Name = reference.Name };
            if (reference.HasApiGroup) spec.DataSource.ApiGroup = reference.ApiGroup;
        }
    }
}
