using MiniK8s.ApiServer.Registry;

namespace MiniK8s.ApiServer.Authorization;

/// <summary>Says who may do what. Both faces ask it before the registry.</summary>
internal interface IAuthorizer
{
    /// <summary>Throws the 403 a client sees (401 texts are authentication's) unless the user may.</summary>
    void Authorize(UserInfo user, RequestAttributes attributes)
    {
        if (!Decide(user, attributes)) throw AuthorizationErrors.Forbidden(user, attributes);
    }

    /// <summary>Whether the user may.</summary>
    bool Decide(UserInfo user, RequestAttributes attributes);

    /// <summary>All that the user may do, as far as it can be listed.</summary>
    AccessRules RulesOf(UserInfo user);
}
