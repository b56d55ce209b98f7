using Google.Protobuf;
using Google.Protobuf.Reflection;

using MiniK8s.Api.Objects;
using MiniK8s.Protocol;

namespace MiniK8s.ApiServer.Registry;

/// <summary>Kinds with a spec that clients write and a status that controllers write, each through a door of its own.</summary>
/// <remarks>
/// door      | spec           | status         | metadata.generation
/// ----------+----------------+----------------+----------------------------------
/// create    | the client's   | empty          | 1
/// update    | the client's   | as it was      | one more, if the spec is another
/// status    | as it was      | the client's   | as it was
/// </remarks>
internal abstract class SpecStatusStrategy<T> : ResourceStrategy<T>
    where T : class, IApiObject
{
    private static readonly FieldDescriptor SpecField = ApiKinds.Of<T>().Descriptor.FindFieldByName("spec");
    private static readonly FieldDescriptor StatusField = ApiKinds.Of<T>().Descriptor.FindFieldByName("status");

    /// <summary>False for kinds that do not count the changes of their spec.</summary>
    protected virtual bool HasGeneration => true;

    /// <inheritdoc/>
    protected override void PrepareForCreate(T obj)
    {
        StatusField.Accessor.SetValue(obj, Normalizer.Normalize(StatusField.MessageType.Parser.ParseFrom(ByteString.Empty)));
        if (HasGeneration) obj.Metadata.Generation = 1;
    }

    /// <inheritdoc/>
    protected override void PrepareForUpdate(T obj, T existing, string subresource)
    {
        var kept = subresource == "status" ? SpecField : StatusField;
        kept.Accessor.SetValue(obj, kept.Accessor.GetValue(existing));
        if (HasGeneration && IsOtherSpec(obj, existing)) obj.Metadata.Generation = existing.Metadata.Generation + 1;
    }

    /// <summary>Whether a change counts: that of the spec does.</summary>
    protected virtual bool IsOtherSpec(T obj, T existing) => !Equals(SpecField.Accessor.GetValue(obj), SpecField.Accessor.GetValue(existing));
}
