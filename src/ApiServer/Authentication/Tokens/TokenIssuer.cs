using Microsoft.IdentityModel.JsonWebTokens;

using MiniK8s.ApiServer.Registry;

namespace MiniK8s.ApiServer.Authentication.Tokens;

/// <summary>Makes the tokens of service accounts: signed JWTs, of which nothing is kept.</summary>
internal sealed class TokenIssuer(TokenKeys keys, ApiServerOptions options, IIdentitySource identities)
{
    private readonly JsonWebTokenHandler _jwt = new();

    /// <summary>Whom tokens are meant for that do not say so: this server.</summary>
    public IReadOnlyList<string> DefaultAudiences { get; } = AudiencesOf(options);

    /// <summary>A new token.</summary>
    /// <param name="from">When it is good from.</param>
    public string Issue(TokenBinding binding, IReadOnlyList<string> audiences, DateTimeOffset from, TimeSpan lifetime)
    {
        var begins = from.ToUnixTimeSeconds();
        var claims = new TokenClaims
        {
            Audiences = audiences,
            Expires = begins + (long)lifetime.TotalSeconds,
            IssuedAt = begins,
            Issuer = options.ServiceAccountIssuer,
            Id = identities.NextUid(),
            Kubernetes = binding,
            NotBefore = begins,
            Subject = ServiceAccountUsers.NameOf(binding.Namespace, binding.Account.Name),
        };
        return _jwt.CreateToken(claims.ToJson(), keys.Signing);
    }

    /// <summary>The audiences that mean this server.</summary>
    public static IReadOnlyList<string> AudiencesOf(ApiServerOptions options) =>
        options.ApiAudiences.Count > 0 ? options.ApiAudiences : [options.ServiceAccountIssuer];
}
