using MiniK8s.ApiServer.Registry;

namespace MiniK8s.ApiServer.Authentication.Tokens;

/// <summary>What is to be thought of a token.</summary>
internal abstract record TokenVerdict
{
    /// <summary>It is good.</summary>
    /// <param name="User">Whose it is.</param>
    /// <param name="Audiences">The audiences asked for that it is meant for.</param>
    /// <param name="Ends">From when on it is no longer accepted.</param>
    internal sealed record Accepted(UserInfo User, IReadOnlyList<string> Audiences, DateTimeOffset Ends) : TokenVerdict;

    /// <summary>It is not.</summary>
    /// <param name="Reason">Kubernetes' words for it; "" for what is no token of this cluster at all.</param>
    internal sealed record Refused(string Reason = "") : TokenVerdict
    {
        /// <summary>As a TokenReview puts it.</summary>
        public string Text => Reason.Length == 0 ? "invalid bearer token" : $"[invalid bearer token, {Reason}]";
    }
}
