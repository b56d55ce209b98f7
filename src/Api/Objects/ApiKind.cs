using Google.Protobuf;
using Google.Protobuf.Reflection;

using MiniK8s.Protocol;
using MiniK8s.Protocol.Meta.V1;
using MiniK8s.Protocol.Options;

namespace MiniK8s.Api.Objects;

/// <summary>One kind of stored object and everything its declaration (the <c>minik8s.kind</c> option) says about it.</summary>
/// <remarks>There is one instance per kind; compare by reference. <see cref="ApiKinds"/> has them all.</remarks>
public sealed class ApiKind
{
    private readonly FieldDescriptor _listMetadata;
    private readonly FieldDescriptor _listItems;

    internal ApiKind(MessageDescriptor descriptor, MessageDescriptor list, KindOptions options)
    {
        Descriptor = descriptor;
        ListDescriptor = list;
        Group = options.Group;
        Version = options.Version;
        Plural = options.Plural;
        Singular = options.Singular;
        Namespaced = options.Namespaced;
        ShortNames = [.. options.ShortNames];
        Categories = [.. options.Categories];
        Subresources = [.. options.Subresources];
        ApiVersion = Objects.TypeMeta.ToApiVersion(Group, Version);
        TypeMeta = new(ApiVersion, Kind);
        ListTypeMeta = new(ApiVersion, list.Name);
        GroupResource = new(Group, Plural);
        _listMetadata = list.FindFieldByName("metadata");
        _listItems = list.FindFieldByName("items");
    }

    /// <summary>API group; empty for the core group.</summary>
    public string Group { get; }

    /// <summary>API version, such as "v1".</summary>
    public string Version { get; }

    /// <summary>Kind, such as "Pod".</summary>
    public string Kind => Descriptor.Name;

    /// <summary>"v1" or "group/version".</summary>
    public string ApiVersion { get; }

    /// <summary>Resource name in URLs, such as "pods".</summary>
    public string Plural { get; }

    /// <summary>Singular resource name, such as "pod".</summary>
    public string Singular { get; }

    /// <summary>Short names for kubectl, such as "po".</summary>
    public IReadOnlyList<string> ShortNames { get; }

    /// <summary>False for kinds that live outside namespaces.</summary>
    public bool Namespaced { get; }

    /// <summary>Groups of resources kubectl can name together, such as "all".</summary>
    public IReadOnlyList<string> Categories { get; }

    /// <summary>Subresources served, such as "status" and "binding".</summary>
    public IReadOnlyList<string> Subresources { get; }

    /// <summary>The object's message.</summary>
    public MessageDescriptor Descriptor { get; }

    /// <summary>The list's message.</summary>
    public MessageDescriptor ListDescriptor { get; }

    /// <summary>The object's CLR type.</summary>
    public Type ClrType => Descriptor.ClrType;

    /// <summary>apiVersion and kind of one object.</summary>
    public TypeMeta TypeMeta { get; }

    /// <summary>apiVersion and kind of a list of them.</summary>
    public TypeMeta ListTypeMeta { get; }

    /// <summary>The resource as errors name it.</summary>
    public GroupResource GroupResource { get; }

    /// <summary>A new, empty object with its embedded structs present.</summary>
    public IApiObject New() => (IApiObject)Normalizer.Normalize(Descriptor.Parser.ParseFrom(ByteString.Empty));

    /// <summary>The object in <paramref name="bytes"/>: a bare message, without the Kubernetes envelope.</summary>
    /// <exception cref="InvalidProtocolBufferException">The bytes are not such a message.</exception>
    public IApiObject Parse(ReadOnlySpan<byte> bytes) => (IApiObject)Descriptor.Parser.ParseFrom(bytes);

    /// <summary>A list of this kind that holds <paramref name="items"/> themselves, not copies.</summary>
    public IApiList NewList(ListMeta metadata, IEnumerable<IApiObject> items)
    {
        var list = (IApiList)ListDescriptor.Parser.ParseFrom(ByteString.Empty);
        _listMetadata.Accessor.SetValue(list, metadata);
        var target = (System.Collections.IList)_listItems.Accessor.GetValue(list);
        foreach (var item in items) target.Add(item);
        return list;
    }

    /// <summary>The objects in a list of this kind.</summary>
    public IEnumerable<IApiObject> Items(IApiList list) =>
        ((System.Collections.IEnumerable)_listItems.Accessor.GetValue(list)).Cast<IApiObject>();

    /// <summary>The kind in full, for logs.</summary>
    public override string ToString() => TypeMeta.ToString();
}
