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
/// </remarks>
internal sealed class Impersonation(IAuthorizer authorizer)
{
    private const string User = "Impersonate-User";
    private const string Group = "Impersonate-Group";
    private const string Uid = "Impersonate-Uid";
    private const string ExtraPrefix = "Impersonate-Extra-";
    private const string Authentication = "authentication.k8s.io";

    /// <summary>Whom the user acts as; null where the request does not ask for that.</summary>
    /// <exception cref="ApiException">403; 500 where no user is named beside the other headers.</exception>
    public UserInfo? ActingAs(UserInfo user, IHeaderDictionary headers)
    {
        RequestAttributes[] wanted = [.. Wanted(headers)];
        if (wanted.Length == 0) return null;
        var name = First(headers, User);
        if (name.Length == 0) throw StatusErrors.InternalError("requested impersonation without impersonating a user");

        foreach (var attributes in wanted) authorizer.Authorize(user, attributes);
        return new UserInfo(name, GroupsOf(name, [.. headers[Group].OfType<string>()]))
        {
            Uid = First(headers, Uid),
            Extra = ExtraHeaders(headers).GroupBy(NameOfExtra).ToDictionary(
                same => same.Key, IReadOnlyList<string> (same) => [.. same.SelectMany(header => Values(headers, header))]),
        };
    }

    private static IEnumerable<RequestAttributes> Wanted(IHeaderDictionary headers)
    {
        foreach (var name in Values(headers, User).Take(1))
            yield return ServiceAccountUsers.AccountOf(name) is { } account ? Impersonate("", "serviceaccounts", account.Name, account.Namespace) : Impersonate("", "users", name);
        foreach (var group in Values(headers, Group)) yield return Impersonate("", "groups", group);
        foreach (var uid in Values(headers, Uid).Take(1)) yield return Impersonate(Authentication, "uids", uid);
        foreach (var header in ExtraHeaders(headers))
        {
            foreach (var value in Values(headers, header))
                yield return Impersonate(Authentication, "userextras", value) with { Subresource = NameOfExtra(header) };
        }
    }

    // Of a header that is to stand once, the first: whoever is asked for is whoever it becomes.
    private static string First(IHeaderDictionary headers, string name) => Values(headers, name).FirstOrDefault("");

    private static IEnumerable<string> ExtraHeaders(IHeaderDictionary headers) =>
        headers.Keys.Where(key => key.StartsWith(ExtraPrefix, StringComparison.OrdinalIgnoreCase));

    // A name may hold what a header's name may not, a slash for one: that is percent-encoded.
    private static string NameOfExtra(string header) => Uri.UnescapeDataString(header[ExtraPrefix.Length..].ToLowerInvariant());

    private static IEnumerable<string> Values(IHeaderDictionary headers, string name) => headers[name].OfType<string>().Where(value => value.Length > 0);

    private static RequestAttributes Impersonate(string apiGroup, string resource, string name, string ns = "") => new("impersonate", apiGroup, resource, "", ns, name);

    private static string[] GroupsOf(string user, string[] asked)
    {
        if (asked.Length == 0 && ServiceAccountUsers.AccountOf(user) is { } account) asked = ServiceAccountUsers.GroupsOf(account.Namespace);
        var standing = user == UserInfo.Anonymous.Name ? UserInfo.UnauthenticatedGroup : UserInfo.AuthenticatedGroup;
        return asked.Contains(UserInfo.AuthenticatedGroup) || asked.Contains(UserInfo.UnauthenticatedGroup) ? asked : [.. asked, standing];
    }
}
