using System.Text.Json;

using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

using MiniK8s.Api.Errors;
using MiniK8s.ApiServer.Registry;

namespace MiniK8s.ApiServer.Authentication.Tokens;

/// <summary>Finds out whose a token is: signature, issuer, audience and time, and then that all it is bound to still lives.</summary>
/// <remarks>Source: pkg/serviceaccount/jwt.go and claims.go of Kubernetes. Nothing is remembered: a deleted account's tokens are void as soon as the cache knows.</remarks>
internal sealed class TokenAuthenticator(TokenKeys keys, BoundObjects objects, ApiServerOptions options, TimeProvider time)
{
    /// <summary>How far clocks may differ, and how long a token outlives what it is bound to.</summary>
    public static readonly TimeSpan Leeway = TimeSpan.FromMinutes(1);

    // Some time in the year 9999: later ones a DateTimeOffset cannot hold.
    private const long LatestSecond = 253_400_000_000;
    private const string Extra = "authentication.kubernetes.io/";

    private readonly JsonWebTokenHandler _jwt = new();
    private readonly IReadOnlyList<string> _ownAudiences = TokenIssuer.AudiencesOf(options);
    private readonly TokenValidationParameters _rules = new()
    {
        ValidIssuer = options.ServiceAccountIssuer,
        IssuerSigningKeys = keys.Trusted,
        // Whom it may be shown to depends on who asks, and the time is not the library's to tell.
        ValidateAudience = false,
        ValidateLifetime = false,
        LogValidationExceptions = false,
    };

    /// <summary>Judges a token as it is shown to this server.</summary>
    public ValueTask<TokenVerdict> AuthenticateAsync(string token, CancellationToken ct) => AuthenticateAsync(token, _ownAudiences, ct);

    /// <summary>Judges a token as it is shown to whoever answers to these audiences; none are this server's own.</summary>
    public async ValueTask<TokenVerdict> AuthenticateAsync(string token, IReadOnlyList<string> audiences, CancellationToken ct)
    {
        if (!IsOurs(token)) return new TokenVerdict.Refused();
        var result = await _jwt.ValidateTokenAsync(token, _rules);
        if (!result.IsValid) return new TokenVerdict.Refused(ReasonOf(result.Exception));
        if (Read((JsonWebToken)result.SecurityToken) is not { Kubernetes: { } binding } claims)
            return new TokenVerdict.Refused("service account token claims could not be validated due to unexpected private claim");

        var wanted = audiences.Count > 0 ? audiences : _ownAudiences;
        string[] met = [.. claims.Audiences.Intersect(wanted)];
        if (met.Length == 0) return new TokenVerdict.Refused($"token audiences {Quoted(claims.Audiences)} is invalid for the target audiences {Quoted(wanted)}");

        var (now, ends) = (time.GetUtcNow(), At(claims.Expires) + Leeway);
        if (now > ends) return new TokenVerdict.Refused("service account token has expired");
        if (now + Leeway < At(claims.NotBefore)) return new TokenVerdict.Refused("service account token is not valid yet");
        if (await objects.WhyVoidAsync(binding, now - Leeway, ct) is { } reason) return new TokenVerdict.Refused(reason);
        return new TokenVerdict.Accepted(UserOf(claims, binding), met, ends);
    }

    // What another issuer made is another's to judge. Nothing is believed yet of what is read here.
    private bool IsOurs(string token)
    {
        try
        {
            return _jwt.ReadJsonWebToken(token).Issuer == options.ServiceAccountIssuer;
        }
        catch (Exception ex) when (ex is ArgumentException or SecurityTokenException)
        {
            return false;
        }
    }

    private static DateTimeOffset At(long seconds) => DateTimeOffset.FromUnixTimeSeconds(long.Clamp(seconds, 0, LatestSecond));

    private static string ReasonOf(Exception failure) => failure switch
    {
        SecurityTokenSignatureKeyNotFoundException => "invalid signature, no keys found",
        SecurityTokenInvalidSignatureException => "go-jose/go-jose: error in cryptographic primitive",
        _ => "",
    };

    private static TokenClaims? Read(JsonWebToken token)
    {
        try
        {
            return TokenClaims.Parse(Base64UrlEncoder.DecodeBytes(token.EncodedPayload));
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static UserInfo UserOf(TokenClaims claims, TokenBinding binding)
    {
        var extra = new SortedDictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        Add(UserInfo.CredentialId, claims.Id.Length == 0 ? null : $"JTI={claims.Id}");
        Add(Extra + "node-name", binding.Node?.Name);
        Add(Extra + "node-uid", binding.Node?.Uid);
        Add(Extra + "pod-name", binding.Pod?.Name);
        Add(Extra + "pod-uid", binding.Pod?.Uid);
        return new UserInfo(
            ServiceAccountUsers.NameOf(binding.Namespace, binding.Account.Name),
            [.. ServiceAccountUsers.GroupsOf(binding.Namespace), UserInfo.AuthenticatedGroup])
        {
            Uid = binding.Account.Uid, Extra = extra,
        };

        void Add(string name, string? value)
        {
            if (!string.IsNullOrEmpty(value)) extra.Add(name, [value]);
        }
    }

    private static string Quoted(IEnumerable<string> audiences) => $"[{string.Join(' ', audiences.Select(GoText.Quote))}]";
}
