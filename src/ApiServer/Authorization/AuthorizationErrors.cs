using MiniK8s.Api.Errors;
using MiniK8s.Api.Objects;
using MiniK8s.ApiServer.Registry;

namespace MiniK8s.ApiServer.Authorization;

/// <summary>The 403 for who may not.</summary>
internal static class AuthorizationErrors
{
    /// <summary>For example <c>pods "x" is forbidden: User "bob" cannot get resource "pods" in API group "" in the namespace "default"</c>.</summary>
    public static ApiException Forbidden(UserInfo user, RequestAttributes wanted)
    {
        var who = $"User {GoText.Quote(user.Name)} cannot {wanted.Verb}";
        if (wanted.Resource.Length == 0) return StatusErrors.ForbiddenPath($"{who} path {GoText.Quote(wanted.Path)}");
        var resource = wanted.Subresource.Length == 0 ? wanted.Resource : $"{wanted.Resource}/{wanted.Subresource}";
        var scope = wanted.Namespace.Length == 0 ? "at the cluster scope" : $"in the namespace {GoText.Quote(wanted.Namespace)}";
        return StatusErrors.Forbidden(
            new GroupResource(wanted.ApiGroup, wanted.Resource), wanted.Name,
            $"{who} resource {GoText.Quote(resource)} in API group {GoText.Quote(wanted.ApiGroup)} {scope}");
    }
}
