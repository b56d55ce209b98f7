using MiniK8s.Api.Errors;
using MiniK8s.Api.Objects;
using MiniK8s.ApiServer.Authorization;
using MiniK8s.Protocol;
using MiniK8s.Protocol.Authorization.V1;

namespace MiniK8s.ApiServer.Registry.Reviews;

/// <summary>Tells users whether they may do something, by the same authorizer that will be asked when they do it.</summary>
internal sealed class SelfSubjectAccessReviews(IAuthorizer authorizer) : ReviewRegistry(ReviewKinds.SelfSubjectAccessReview)
{
    protected override ValueTask<IApiObject> AnswerAsync(UserInfo user, IApiObject question, CancellationToken ct)
    {
        var review = (SelfSubjectAccessReview)question;
        review.Status = new() { Allowed = authorizer.Decide(user, Wanted(review.Spec)) };
        return ValueTask.FromResult<IApiObject>(review);
    }

    private RequestAttributes Wanted(SelfSubjectAccessReviewSpec spec) => spec switch
    {
        { ResourceAttributes: { } of, NonResourceAttributes: null } => new(of.Verb, of.Group, of.Resource, of.Subresource, of.Namespace, of.Name),
        { ResourceAttributes: null, NonResourceAttributes: { } of } => RequestAttributes.ForPath(of.Verb, of.Path),
        { NonResourceAttributes: { } path } => throw Refused(
            "nonResourceAttributes", new GoValue($"authorization.NonResourceAttributes{{Path:{GoText.Quote(path.Path)}, Verb:{GoText.Quote(path.Verb)}}}"),
            "cannot be specified in combination with resourceAttributes"),
        _ => throw Refused("resourceAttributes", "null", "exactly one of nonResourceAttributes or resourceAttributes must be specified"),
    };

    private ApiException Refused(string field, object value, string because) =>
        StatusErrors.Invalid(Kind, "", FieldError.Invalid(FieldPath.Of("spec").Child(field), value, because));
}
