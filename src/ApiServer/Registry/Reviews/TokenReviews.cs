using MiniK8s.Api.Errors;
using MiniK8s.Api.Objects;
using MiniK8s.ApiServer.Authentication.Tokens;
using MiniK8s.Protocol;
using MiniK8s.Protocol.Authentication.V1;

namespace MiniK8s.ApiServer.Registry.Reviews;

/// <summary>Tells whose a token is, by the same authenticator that lets its bearer in.</summary>
internal sealed class TokenReviews(TokenAuthenticator authenticator) : ReviewRegistry(ReviewKinds.TokenReview)
{
    protected override async ValueTask<IApiObject> AnswerAsync(UserInfo user, IApiObject question, CancellationToken ct)
    {
        var review = (TokenReview)question;
        if (review.Spec.Token.Length == 0) throw StatusErrors.BadRequest("token is required for TokenReview in authentication");
        review.Status = await authenticator.AuthenticateAsync(review.Spec.Token, review.Spec.Audiences, ct) switch
        {
            TokenVerdict.Accepted accepted => new() { Authenticated = true, User = UserMessages.Of(accepted.User), Audiences = { accepted.Audiences } },
            TokenVerdict.Refused refused => new() { User = new(), Error = refused.Text },
            var other => throw new InvalidOperationException($"{other} is no verdict."),
        };
        return review;
    }
}
