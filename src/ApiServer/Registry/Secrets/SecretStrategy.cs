using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.ApiServer.Registry.Secrets;

/// <summary>Secrets; stringData is merged into data and never stored.</summary>
internal sealed class SecretStrategy : ResourceStrategy<Secret>
{
    /// <inheritdoc/>
    public override string? IndexedField => "metadata.name";

    /// <inheritdoc/>
    public override string? FieldOf(Protocol.IApiObject obj, string field) => field == "type" ? ((Secret)obj).Type : base.FieldOf(obj, field);
}
