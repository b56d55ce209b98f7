using Google.Protobuf;

using MiniK8s.Api.ManagedFields;

namespace MiniK8s.Api.Tests.ManagedFields;

/// <summary>Sets in a short form: fields parted by blanks, steps by slashes; a step without a form is a field, ~1 a slash in a step.</summary>
/// <remarks><c>a a/b spec/k:{"name":"x"}/image</c> holds .a, .a.b and .spec[name="x"].image.</remarks>
internal static class FieldNotation
{
    public static FieldSet Set(string text) =>
        text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Path).Aggregate(FieldSet.Empty, (all, path) => all.Union(FieldSet.Of(path)));

    public static PathElement[] Path(string text) => [.. text.Split('/').Select(Step)];

    public static FieldSet Decode(string json) => FieldsV1Codec.Decode(ByteString.CopyFromUtf8(json));

    public static string Encode(FieldSet set) => FieldsV1Codec.Encode(set).ToStringUtf8();

    private static PathElement Step(string text) =>
        text.Length > 1 && text[1] == ':' ? PathElement.Parse(text.Replace("~1", "/", StringComparison.Ordinal))! : PathElement.Field(text);
}
