using System.Globalization;

using MiniK8s.Protocol;
using MiniK8s.Protocol.Apps.V1;

namespace MiniK8s.ApiServer.Registry.ReplicaSets;

/// <summary>ReplicaSets.</summary>
internal sealed class ReplicaSetStrategy : SpecStatusStrategy<ReplicaSet>
{
    /// <inheritdoc/>
    public override string? FieldOf(IApiObject obj, string field) =>
        field == "status.replicas" ? ((ReplicaSet)obj).Status.Replicas.ToString(CultureInfo.InvariantCulture) : base.FieldOf(obj, field);
}
