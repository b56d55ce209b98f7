using MiniK8s.Api.Objects;
using MiniK8s.Protocol;
using MiniK8s.Protocol.Authentication.V1;

namespace MiniK8s.ApiServer.Registry.Reviews;

/// <summary>Tells users who they are.</summary>
internal sealed class SelfSubjectReviews() : ReviewRegistry(ReviewKinds.SelfSubjectReview)
{
    protected override IApiObject Answer(UserInfo user, IApiObject question)
    {
        var review = (SelfSubjectReview)question;
        review.Status = new() { UserInfo = new() { Username = user.Name, Groups = { user.Groups } } };
        return review;
    }
}
