using MiniK8s.Api.Errors;
using MiniK8s.Api.Objects;

namespace MiniK8s.ApiServer.Rest.Routing;

/// <summary>Which verb a method is on a path.</summary>
/// <remarks>
/// path                          | GET           | POST   | PUT    | PATCH | DELETE
/// ------------------------------+---------------+--------+--------+-------+-----------------
/// a collection                  | list or watch | create |        |       | deletecollection
/// a collection, all namespaces  | list or watch |        |        |       |
/// an object                     | get           |        | update | patch | delete
/// a subresource                 | get           | create | update | patch |
/// An empty field is 405, and so is what a kind or subresource does not offer.
/// </remarks>
internal static class VerbTable
{
    /// <summary>The verb; throws the 405.</summary>
    /// <param name="isWatch">The query says <c>watch</c>, or the path does.</param>
    public static string Of(string method, ResourcePath path, ApiKind kind, bool isWatch)
    {
        var verb = path switch
        {
            { Subresource.Length: > 0 } => OnSubresource(method),
            { Name.Length: > 0 } when !path.IsLegacyWatch => OnObject(method),
            _ => OnCollection(method, isWatch || path.IsLegacyWatch),
        };
        if (verb is null || !Offers(kind, path, verb)) throw StatusErrors.MethodNotAllowed();
        return verb;
    }

    private static string? OnCollection(string method, bool isWatch) => method switch
    {
        "GET" => isWatch ? "watch" : "list",
        "POST" => "create",
        "DELETE" => "deletecollection",
        _ => null,
    };

    private static string? OnObject(string method) => method switch
    {
        "GET" => "get",
        "PUT" => "update",
        "PATCH" => "patch",
        "DELETE" => "delete",
        _ => null,
    };

    private static string? OnSubresource(string method) => method == "POST" ? "create" : OnObject(method);

    private static bool Offers(ApiKind kind, ResourcePath path, string verb)
    {
        if (path.Subresource.Length > 0) return Subresource.Of(path.Subresource).Verbs.Contains(verb);
        if (path.IsLegacyWatch && verb != "watch") return false;

        var isAllNamespaces = kind.Namespaced && path.Namespace.Length == 0;
        return isAllNamespaces ? verb is "list" or "watch" : KindVerbs.Of(kind).Contains(verb);
    }
}
