using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace MiniK8s.Grpc.Abstractions.Tests;

/// <summary>What an assembly offers to others, in the words of <see cref="References"/>: types and members that are public or protected.</summary>
internal static class PublicSurface
{
    private static readonly SignatureText Text = new();

    public static IReadOnlySet<string> Of(Assembly assembly)
    {
        using var file = new PEReader(File.OpenRead(assembly.Location));
        var reader = file.GetMetadataReader();
        return reader.TypeDefinitions.Where(handle => IsVisible(reader, handle)).SelectMany(handle => TypeAndMembers(reader, handle))
            .Select(text => $"{assembly.GetName().Name}: {text}").ToHashSet(StringComparer.Ordinal);
    }

    private static IEnumerable<string> TypeAndMembers(MetadataReader reader, TypeDefinitionHandle handle)
    {
        var name = Text.GetTypeFromDefinition(reader, handle, 0);
        yield return name;
        foreach (var method in reader.GetTypeDefinition(handle).GetMethods().Select(reader.GetMethodDefinition).Where(method => IsVisible(method.Attributes)))
        {
            yield return $"{name}.{reader.GetString(method.Name)} {SignatureText.OfMethod(method.DecodeSignature(Text, null))}";
        }
        foreach (var field in reader.GetTypeDefinition(handle).GetFields().Select(reader.GetFieldDefinition).Where(field => field.Attributes.HasFlag(FieldAttributes.Public)))
        {
            yield return $"{name}.{reader.GetString(field.Name)} {field.DecodeSignature(Text, null)}";
        }
    }

    private static bool IsVisible(MetadataReader reader, TypeDefinitionHandle handle)
    {
        var type = reader.GetTypeDefinition(handle);
        return (type.Attributes & TypeAttributes.VisibilityMask) switch
        {
            TypeAttributes.Public => true,
            TypeAttributes.NestedPublic or TypeAttributes.NestedFamily or TypeAttributes.NestedFamORAssem => IsVisible(reader, type.GetDeclaringType()),
            _ => false,
        };
    }

    private static bool IsVisible(MethodAttributes attributes) =>
        (attributes & MethodAttributes.MemberAccessMask) is MethodAttributes.Public or MethodAttributes.Family or MethodAttributes.FamORAssem;
}
