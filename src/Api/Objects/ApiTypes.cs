using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;

using Google.Protobuf.Reflection;

using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Meta.V1;
using MiniK8s.Protocol.Policy.V1;

namespace MiniK8s.Api.Objects;

/// <summary>
/// Every message that can stand alone as a document with apiVersion and kind: the kinds, their lists, and what is never stored
/// (Status, DeleteOptions, Binding, reviews, ...).
/// </summary>
public static class ApiTypes
{
    private const string MetaGroupVersion = "meta.k8s.io/v1";

    private static readonly FrozenDictionary<TypeMeta, MessageDescriptor> ByTypeMeta =
        All().ToFrozenDictionary(entry => entry.TypeMeta, entry => entry.Descriptor);

    // A message with two names (Binding under a group, say) is written under the first.
    private static readonly FrozenDictionary<MessageDescriptor, TypeMeta> ByDescriptor =
        All().GroupBy(entry => entry.Descriptor).ToFrozenDictionary(group => group.Key, group => group.First().TypeMeta);

    /// <summary>The message that a document of this apiVersion and kind is. Meta's options are known in every group.</summary>
    public static bool TryGet(TypeMeta typeMeta, [NotNullWhen(true)] out MessageDescriptor? descriptor) =>
        ByTypeMeta.TryGetValue(typeMeta, out descriptor) || TryGetOptions(typeMeta.Kind, out descriptor);

    /// <summary>The apiVersion and kind a message is written with; false for messages that are only parts of documents.</summary>
    public static bool TryGetTypeMeta(MessageDescriptor descriptor, out TypeMeta typeMeta) =>
        ByDescriptor.TryGetValue(descriptor, out typeMeta);

    private static bool TryGetOptions(string? kind, [NotNullWhen(true)] out MessageDescriptor? descriptor)
    {
        descriptor = OptionTypes().FirstOrDefault(type => type.Name == kind);
        return descriptor is not null;
    }

    private static IEnumerable<(TypeMeta TypeMeta, MessageDescriptor Descriptor)> All()
    {
        foreach (var kind in ApiKinds.All.Concat(SecondForms.All).Concat(MetricsKinds.All))
        {
            yield return (kind.TypeMeta, kind.Descriptor);
            yield return (kind.ListTypeMeta, kind.ListDescriptor);
        }
        MessageDescriptor[] core =
        [
            Status.Descriptor, Binding.Descriptor, List.Descriptor, APIVersions.Descriptor, APIGroupList.Descriptor, APIGroup.Descriptor,
            APIResourceList.Descriptor, WatchEvent.Descriptor,
        ];
        foreach (var descriptor in core.Concat(OptionTypes())) yield return (new("v1", descriptor.Name), descriptor);
        foreach (var kind in SubresourceKinds.All.Concat(ReviewKinds.All)) yield return (kind.TypeMeta, kind.Descriptor);
        yield return (new("policy/v1", Eviction.Descriptor.Name), Eviction.Descriptor);
        MessageDescriptor[] meta = [PartialObjectMetadata.Descriptor, PartialObjectMetadataList.Descriptor];
        foreach (var descriptor in meta) yield return (new(MetaGroupVersion, descriptor.Name), descriptor);
    }

    private static MessageDescriptor[] OptionTypes() =>
    [
        DeleteOptions.Descriptor, CreateOptions.Descriptor, UpdateOptions.Descriptor, PatchOptions.Descriptor, GetOptions.Descriptor,
        ListOptions.Descriptor,
    ];
}
