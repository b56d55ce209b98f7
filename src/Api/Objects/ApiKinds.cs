using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;

using Google.Protobuf;
using Google.Protobuf.Reflection;

using MiniK8s.Protocol;
using MiniK8s.Protocol.Options;

namespace MiniK8s.Api.Objects;

/// <summary>Every kind that has a <c>minik8s.kind</c> option in the protos. A new kind there needs no line here.</summary>
public static class ApiKinds
{
    /// <summary>All kinds: the core group first, then by group, then by plural.</summary>
    public static IReadOnlyList<ApiKind> All { get; } =
        [.. Discover().OrderBy(kind => kind.Group, StringComparer.Ordinal).ThenBy(kind => kind.Plural, StringComparer.Ordinal)];

    private static readonly FrozenDictionary<Type, ApiKind> ByType = All.ToFrozenDictionary(kind => kind.ClrType);

    private static readonly FrozenDictionary<TypeMeta, ApiKind> ByTypeMeta = All.ToFrozenDictionary(kind => kind.TypeMeta);

    private static readonly FrozenDictionary<(string, string, string), ApiKind> ByResource =
        All.ToFrozenDictionary(kind => (kind.Group, kind.Version, kind.Plural));

    /// <summary>The kind of a CLR type.</summary>
    /// <exception cref="KeyNotFoundException">The type is no stored kind.</exception>
    public static ApiKind Of<T>() where T : IApiObject => ByType[typeof(T)];

    /// <summary>The kind of an object.</summary>
    /// <exception cref="KeyNotFoundException">It is of no stored kind (a Binding, for example).</exception>
    public static ApiKind Of(IApiObject value) => ByType[value.GetType()];

    /// <summary>The kind of a CLR type, if it is one.</summary>
    public static bool TryGet(Type type, [NotNullWhen(true)] out ApiKind? kind) => ByType.TryGetValue(type, out kind);

    /// <summary>The kind with this apiVersion and kind.</summary>
    public static bool TryGet(TypeMeta typeMeta, [NotNullWhen(true)] out ApiKind? kind) => ByTypeMeta.TryGetValue(typeMeta, out kind);

    /// <summary>The kind served under this group, version and plural.</summary>
    public static bool TryGetResource(string group, string version, string plural, [NotNullWhen(true)] out ApiKind? kind) =>
        ByResource.TryGetValue((group, version, plural), out kind);

    private static IEnumerable<ApiKind> Discover()
    {
        foreach (var descriptor in ProtocolMessages.All)
        {
            var options = descriptor.GetOptions()?.GetExtension(OptionsExtensions.Kind);
            if (options is not null) yield return new(descriptor, descriptor.File.FindTypeByName<MessageDescriptor>(descriptor.Name + "List"), options);
        }
    }
}

/// <summary>The descriptors of every message of the Protocol assembly that belongs to the Kubernetes API.</summary>
internal static class ProtocolMessages
{
    public static readonly IReadOnlyList<MessageDescriptor> All = [.. Find()];

    private static IEnumerable<MessageDescriptor> Find() =>
        from type in typeof(IApiObject).Assembly.GetTypes()
        where !type.IsNested && typeof(IMessage).IsAssignableFrom(type) && type.IsClass
        let descriptor = (MessageDescriptor)type.GetProperty("Descriptor")!.GetValue(null)!
        where descriptor.File.Package.StartsWith("k8s.io.", StringComparison.Ordinal)
        select descriptor;
}
