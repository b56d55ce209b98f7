using MiniK8s.Api.Errors;
using MiniK8s.ApiServer.Authorization;
using MiniK8s.ApiServer.Registry;

namespace MiniK8s.ApiServer.Authentication;

/// <summary>Lets a user who may do so act as another: what <c>kubectl --as</c> asks for.</summary>
/// <remarks>
/// header              | the user needs the verb impersonate on
/// --------------------+---------------------------------------------------------------------------------
/// Impersonate-User    | users NAME; of a service account serviceaccounts NAME in its namespace
/// Impersonate-Group   | groups NAME, for each of them
/// Impersonate-Uid     | uids UID in authentication.k8s.io
/// Impersonate-Extra-K | userextras/K VALUE in authentication.k8s.io
/// Nobody has a uid or extra fields here, so the last two are asked for and have no further effect.
/// </remarks>
internal sealed class Impersonation(IAuthorizer authorizer)
{
    private const string User = "Impersonate-User";
    private const string Group = "Impersonate-Group";
    private const string Uid = "Impersonate-Uid";
    private const string ExtraPrefix = "Impersonate-Extra-";
    private const string Authentication = "authentication.k8s.io";
    private const string ServiceAccountPrefix = "system:serviceaccount:";
    private const string Authenticated = "system:authenticated";
    private const string Unauthenticated = "system:unauthenticated";

    /// <summary>Whom the user acts as; null where the request does not ask for that.</summary>
    /// <exception cref="ApiException">403; 500 where no user is named beside the other headers.</exception>
    public UserInfo? ActingAs(UserInfo user, IHeaderDictionary headers)
    {
        RequestAttributes[] wanted = [.. Wanted(headers)];
        if (wanted.Length == 0) return null;
        var name = headers[User].ToString();
        if (name.Length == 0) throw StatusErrors.InternalError("requested impersonation without impersonating a user");

        foreach (var attributes in wanted) authorizer.Authorize(user, attributes);
        return new UserInfo(name, GroupsOf(name, [.. headers[Group].OfType<string>()]));
    }

    private static IEnumerable<RequestAttributes> Wanted(IHeaderDictionary headers)
    {
        foreach (var name in Values(headers, User))
            yield return ServiceAccount(name) is { } account ? Impersonate("", "serviceaccounts", account.Name, account.Namespace) : Impersonate("", "users", name);
        foreach (var group in Values(headers, Group)) yield return Impersonate("", "groups", group);
        foreach (var uid in Values(headers, Uid)) yield return Impersonate(Authentication, "uids", uid);
        foreach (var header in headers.Keys.Where(key => key.StartsWith(ExtraPrefix, StringComparison.OrdinalIgnoreCase)))
        {
            foreach (var value in Values(headers, header))
                yield return Impersonate(Authentication, "userextras", value) with { Subresource = header[ExtraPrefix.Length..].ToLowerInvariant() };
        }
    }

    private static IEnumerable<string> Values(IHeaderDictionary headers, string name) => headers[name].OfType<string>().Where(value => value.Length > 0);

    private static RequestAttributes Impersonate(string apiGroup, string resource, string name, string ns = "") => new("impersonate", apiGroup, resource, "", ns, name);

    private static (string Namespace, string Name)? ServiceAccount(string user) =>
        user.StartsWith(ServiceAccountPrefix, StringComparison.Ordinal) && user[ServiceAccountPrefix.Length..].Split(':') is [{ Length: > 0 } ns, { Length: > 0 } name]
            ? (ns, name)
            : null;

    private static string[] GroupsOf(string user, string[] asked)
    {
        if (asked.Length == 0 && ServiceAccount(user) is { } account) asked = ["system:serviceaccounts", $"system:serviceaccounts:{account.Namespace}"];
        var standing = user == UserInfo.Anonymous.Name ? Unauthenticated : Authenticated;
        return asked.Contains(Authenticated) || asked.Contains(Unauthenticated) ? asked : [.. asked, standing];
    }
}
