using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace MiniK8s.Grpc.Abstractions.Tests;

/// <summary>What one assembly takes from others: <c>Assembly: Type</c> and <c>Assembly: Type.Member signature</c>, as its metadata has it.</summary>
internal static class References
{
    private static readonly SignatureText Text = new();

    public static IReadOnlyList<string> Of(string path, params string[] assemblies)
    {
        using var file = new PEReader(File.OpenRead(path));
        var reader = file.GetMetadataReader();
        var all = reader.TypeReferences.Select(handle => TypeOf(reader, handle)).Concat(reader.MemberReferences.Select(handle => MemberOf(reader, handle)));
        return [.. all.OfType<(string Assembly, string Text)>().Where(each => assemblies.Contains(each.Assembly)).Select(each => $"{each.Assembly}: {each.Text}").Distinct().Order(StringComparer.Ordinal)];
    }

    private static (string Assembly, string Text)? TypeOf(MetadataReader reader, TypeReferenceHandle handle) =>
        AssemblyOf(reader, handle) is { } assembly ? (assembly, Text.GetTypeFromReference(reader, handle, 0)) : null;

    private static (string Assembly, string Text)? MemberOf(MetadataReader reader, MemberReferenceHandle handle)
    {
        var member = reader.GetMemberReference(handle);
        if (DeclaringType(reader, member.Parent) is not { } parent || TypeOf(reader, parent) is not { } type) return null;
        var signature = member.GetKind() == MemberReferenceKind.Field
            ? member.DecodeFieldSignature(Text, null)
            : SignatureText.OfMethod(member.DecodeMethodSignature(Text, null));
        return (type.Assembly, $"{type.Text}.{reader.GetString(member.Name)} {signature}");
    }

    // A member of a generic type hangs on an instance of it: the type itself is what must be there.
    private static TypeReferenceHandle? DeclaringType(MetadataReader reader, EntityHandle parent)
    {
        if (parent.Kind == HandleKind.TypeReference) return (TypeReferenceHandle)parent;
        if (parent.Kind != HandleKind.TypeSpecification) return null;
        var blob = reader.GetBlobReader(reader.GetTypeSpecification((TypeSpecificationHandle)parent).Signature);
        if (blob.ReadSignatureTypeCode() != SignatureTypeCode.GenericTypeInstance) return null;
        _ = blob.ReadByte();     // class or value type
        var type = blob.ReadTypeHandle();
        return type.Kind == HandleKind.TypeReference ? (TypeReferenceHandle)type : null;
    }

    private static string? AssemblyOf(MetadataReader reader, TypeReferenceHandle handle)
    {
        var scope = reader.GetTypeReference(handle).ResolutionScope;
        return scope.Kind switch
        {
            HandleKind.TypeReference => AssemblyOf(reader, (TypeReferenceHandle)scope),
            HandleKind.AssemblyReference => reader.GetString(reader.GetAssemblyReference((AssemblyReferenceHandle)scope).Name),
            _ => null,
        };
    }
}
