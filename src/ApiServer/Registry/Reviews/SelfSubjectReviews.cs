using MiniK8s.Api.Objects;
using MiniK8s.Protocol;
using MiniK8s.Protocol.Authentication.V1;

namespace MiniK8s.ApiServer.Registry.Reviews;

/// <summary>Tells users who they are.</summary>
internal sealed class SelfSubjectReviews() : ReviewRegistry(ReviewKinds.SelfSubjectReview)
{
    protected override ValueTask<IApiObject> AnswerAsync(UserInfo user, IApiObject question, CancellationToken ct)
    {
        var review = (SelfSubjectReview)question;
        review.Status = new() { UserInfo = UserMessages.Of(user) };
        return ValueTask.FromResult<IApiObject>(review);
    }
}
