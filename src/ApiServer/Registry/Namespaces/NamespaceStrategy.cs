using MiniK8s.Protocol;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.ApiServer.Registry.Namespaces;

/// <summary>Namespaces live on while spec.finalizers has entries: deleting one begins Terminating, finalizing it ends it.</summary>
internal sealed class NamespaceStrategy : ResourceStrategy<Namespace>
{
    private const string Finalizer = "kubernetes";

    /// <inheritdoc/>
    public override string? FieldOf(IApiObject obj, string field) =>
        field == "status.phase" ? ((Namespace)obj).Status.Phase : base.FieldOf(obj, field);

    /// <inheritdoc/>
    public override bool HasOwnFinalizers(IApiObject obj) => ((Namespace)obj).Spec.Finalizers.Count > 0;

    /// <inheritdoc/>
    public override void PrepareForDelete(IApiObject obj) => ((Namespace)obj).Status.Phase = "Terminating";

    /// <inheritdoc/>
    protected override void PrepareForCreate(Namespace obj)
    {
        obj.Status = new NamespaceStatus { Phase = "Active" };
        if (!obj.Spec.Finalizers.Contains(Finalizer)) obj.Spec.Finalizers.Add(Finalizer);
    }

    /// <inheritdoc/>
    protected override void PrepareForUpdate(Namespace obj, Namespace existing, string subresource)
    {
        if (subresource != "finalize") obj.Spec = existing.Spec;
        if (subresource != "status") obj.Status = existing.Status;
    }
}
