using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.ApiServer.Registry.PersistentVolumes;

/// <summary>PersistentVolumes.</summary>
internal sealed class PersistentVolumeStrategy : SpecStatusStrategy<PersistentVolume>
{
    /// <inheritdoc/>
    protected override bool HasGeneration => false;

    /// <inheritdoc/>
    protected override void PrepareForCreate(PersistentVolume obj)
    {
        base.PrepareForCreate(obj);
        obj.Status.Phase = "Pending";
    }
}
