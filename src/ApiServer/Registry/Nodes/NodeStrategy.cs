using MiniK8s.Protocol;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.ApiServer.Registry.Nodes;

/// <summary>Nodes: status belongs to its subresource; each kubelet watches its own.</summary>
internal sealed class NodeStrategy : ResourceStrategy<Node>
{
    /// <inheritdoc/>
    public override string? IndexedField => "metadata.name";

    /// <inheritdoc/>
    public override string IndexedValue(IApiObject obj) => obj.Metadata.Name;

    /// <inheritdoc/>
    protected override void PrepareForUpdate(Node obj, Node existing, string subresource)
    {
        if (subresource == "status") obj.Spec = existing.Spec;
        else obj.Status = existing.Status;
    }
}
