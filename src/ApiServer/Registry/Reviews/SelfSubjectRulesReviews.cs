using MiniK8s.Api.Errors;
using MiniK8s.Api.Objects;
using MiniK8s.ApiServer.Authorization;
using MiniK8s.Protocol;
using MiniK8s.Protocol.Authorization.V1;

namespace MiniK8s.ApiServer.Registry.Reviews;

/// <summary>Tells users all that they may do.</summary>
internal sealed class SelfSubjectRulesReviews(IAuthorizer authorizer) : ReviewRegistry(ReviewKinds.SelfSubjectRulesReview)
{
    protected override ValueTask<IApiObject> AnswerAsync(UserInfo user, IApiObject question, CancellationToken ct)
    {
        var review = (SelfSubjectRulesReview)question;
        if (review.Spec.Namespace.Length == 0) throw StatusErrors.BadRequest("no namespace on request");

        var rules = authorizer.RulesOf(user);
        review.Status = new() { Incomplete = rules.Gap.Length > 0, EvaluationError = rules.Gap };
        review.Status.ResourceRules.Add(rules.Resources.Select(rule => new Protocol.Authorization.V1.ResourceRule
        {
            Verbs = { rule.Verbs }, ApiGroups = { rule.ApiGroups }, Resources = { rule.Resources },
        }));
        review.Status.NonResourceRules.Add(rules.Paths.Select(rule => new NonResourceRule { Verbs = { rule.Verbs }, NonResourceUrls = { rule.Paths } }));
        return ValueTask.FromResult<IApiObject>(review);
    }
}
