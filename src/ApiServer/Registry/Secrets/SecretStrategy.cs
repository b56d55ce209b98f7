using Google.Protobuf;

using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.ApiServer.Registry.Secrets;

/// <summary>Secrets; stringData is merged into data and never stored.</summary>
internal sealed class SecretStrategy : ResourceStrategy<Secret>
{
    /// <inheritdoc/>
    public override string? IndexedField => "metadata.name";

    /// <inheritdoc/>
    public override string? FieldOf(Protocol.IApiObject obj, string field) => field == "type" ? ((Secret)obj).Type : base.FieldOf(obj, field);

    /// <inheritdoc/>
    protected override void PrepareForCreate(Secret obj) => MergeText(obj);

    /// <inheritdoc/>
    protected override void PrepareForUpdate(Secret obj, Secret existing, string subresource) => MergeText(obj);

    private static void MergeText(Secret obj)
    {
        foreach (var (key, text) in obj.StringData) obj.Data[key] = ByteString.CopyFromUtf8(text);
        obj.StringData.Clear();
    }
}
