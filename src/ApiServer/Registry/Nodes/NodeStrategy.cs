using MiniK8s.Protocol;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.ApiServer.Registry.Nodes;

/// <summary>Nodes: status belongs to its subresource; each kubelet watches its own.</summary>
internal sealed class NodeStrategy : ResourceStrategy<Node>
{
    /// <inheritdoc/>
    public override string? IndexedField => "metadata.name";

    /// <inheritdoc/>
    public override string? FieldOf(IApiObject obj, string field) =>
        field == "spec.unschedulable" ? ((Node)obj).Spec.Unschedulable ? "true" : "false" : base.FieldOf(obj, field);

    /// <inheritdoc/>
    protected override void PrepareForUpdate(Node obj, Node existing, string subresource)
    {
        if (subresource == "status") obj.Spec = existing.Spec;
        else obj.Status = existing.Status;
    }
}
