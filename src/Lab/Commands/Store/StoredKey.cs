using Google.Protobuf;

using MiniK8s.Api.Errors;
using MiniK8s.Api.Objects;
using MiniK8s.ApiServer.Storage;
using MiniK8s.Lab.Processes;

namespace MiniK8s.Lab.Commands.Store;

/// <summary>Which key of the store the user means.</summary>
/// <param name="Text">The key as stored.</param>
/// <remarks>
/// written                | key
/// -----------------------+-------------------------------------------------------
/// /registry/pods/team/a  | as it is
/// compact_rev_key        | as it is: its first part is the name of no resource
/// pod/a, po/a, pods/a    | /registry/pods/default/a
/// pods/team/a            | /registry/pods/team/a
/// node/node-1            | /registry/minions/node-1
/// pods/, pods/team/      | all keys that begin with /registry/pods/, /registry/pods/team/
/// </remarks>
internal sealed record StoredKey(string Text)
{
    private const string DefaultNamespace = "default";

    /// <summary>It stands for all keys that begin with it.</summary>
    public bool IsPrefix => Text.EndsWith('/');

    public ByteString Bytes => ByteString.CopyFromUtf8(Text);

    /// <exception cref="LabException">A known resource, but not a name that an object of it can have.</exception>
    public static StoredKey Parse(string written)
    {
        var parts = written.Split('/');
        if (KindOf(parts[0]) is not { } kind) return new(written);
        try
        {
            return new(parts[1..] switch
            {
                [""] => StoreKeys.PrefixOf(kind),
                [var name] => StoreKeys.KeyOf(kind, DefaultNamespace, name),
                [var ns, ""] when kind.Namespaced => StoreKeys.PrefixOf(kind, ns),
                [var ns, var name] when kind.Namespaced => StoreKeys.KeyOf(kind, ns, name),
                _ => throw new LabException($"{written} is no key: {Forms(kind)}"),
            });
        }
        catch (ApiException exception)
        {
            throw new LabException($"{written} is no key: {exception.Message}");
        }
    }

    /// <summary>This key, which must be one and not a beginning of many.</summary>
    /// <exception cref="LabException">It ends with "/".</exception>
    public StoredKey One() => IsPrefix ? throw new LabException($"{Text} stands for many keys: `mk8s store get {Text}` lists them") : this;

    /// <summary>The key for a person to read: what is no text stands as hexadecimal digits.</summary>
    public static string Show(ByteString key) =>
        StoredDocument.TextOf(key.Span) is { } text && !text.Contains('\n') ? text : $"0x{Convert.ToHexStringLower(key.Span)}";

    private static string Forms(ApiKind kind) => kind.Namespaced
        ? $"a {kind.Kind}'s is {kind.Singular}/NAME (in namespace {DefaultNamespace}) or {kind.Plural}/NAMESPACE/NAME"
        : $"a {kind.Kind}'s is {kind.Singular}/NAME";

    private static ApiKind? KindOf(string resource) => ApiKinds.All.FirstOrDefault(kind =>
        resource == kind.Plural || resource == kind.Singular || kind.ShortNames.Contains(resource) || resource == kind.GroupResource.ToString());
}
