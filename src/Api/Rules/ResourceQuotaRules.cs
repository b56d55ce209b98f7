using Google.Protobuf.Collections;

using MiniK8s.Api.Errors;
using MiniK8s.Api.Validation;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Api.Rules;

/// <summary>ResourceQuotas. Source: pkg/apis/core/validation of Kubernetes 1.32.</summary>
internal sealed class ResourceQuotaRules : ObjectRules<ResourceQuota>
{
    private const string OnlyExists =
        "must be 'Exist' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, "
        + "ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity";

    private static readonly string[] Scopes =
        ["Terminating", "NotTerminating", "BestEffort", "NotBestEffort", "PriorityClass", "CrossNamespacePodAffinity"];

    private static readonly string[] PodResources = ["pods", "cpu", "memory", "requests.cpu", "requests.memory", "limits.cpu", "limits.memory"];
    private static readonly (string, string)[] Opposites = [("BestEffort", "NotBestEffort"), ("Terminating", "NotTerminating")];
    private static readonly FieldPath Spec = FieldPath.Of("spec");
    private static readonly FieldPath Status = FieldPath.Of("status");

    protected override void Check(ResourceQuota value, FieldErrorList errors)
    {
        Amounts(value.Spec.Hard, Spec.Child("hard"), errors);
        ScopeList(value.Spec, Spec.Child("scopes"), errors);
        if (value.Spec.ScopeSelector is { } selector) Selector(value.Spec, selector, Spec.Child("scopeSelector").Child("matchExpressions"), errors);
    }

    protected override void CheckChange(ResourceQuota value, ResourceQuota old, FieldErrorList errors)
    {
        if (!value.Spec.Scopes.ToHashSet().SetEquals(old.Spec.Scopes))
            errors.Add(FieldError.Invalid(Spec.Child("scopes"), Shown(value.Spec.Scopes), "field is immutable"));
    }

    protected override void CheckStatus(ResourceQuota value, ResourceQuota old, FieldErrorList errors)
    {
        Amounts(value.Status.Hard, Status.Child("hard"), errors);
        Amounts(value.Status.Used, Status.Child("used"), errors);
    }

    private static void Amounts(MapField<string, string> amounts, FieldPath path, FieldErrorList errors)
    {
        foreach (var (name, text) in amounts.OrderBy(amount => amount.Key, StringComparer.Ordinal)) ResourceValidation.Quota(name, text, path.Key(name), errors);
    }

    private static void ScopeList(ResourceQuotaSpec spec, FieldPath path, FieldErrorList errors)
    {
        var shown = Shown(spec.Scopes);
        foreach (var scope in spec.Scopes)
        {
            if (!Scopes.Contains(scope)) errors.Add(FieldError.Invalid(path, shown, "unsupported scope"));
            foreach (var _ in spec.Hard.Keys.Where(name => !IsAbout(scope, name)))
                errors.Add(FieldError.Invalid(path, shown, "unsupported scope applied to resource"));
        }
        Conflicts(spec.Scopes, spec, path, errors);
    }

    private static void Selector(ResourceQuotaSpec spec, ScopeSelector selector, FieldPath path, FieldErrorList errors)
    {
        foreach (var expression in selector.MatchExpressions)
        {
            var scope = expression.ScopeName;
            if (!Scopes.Contains(scope)) errors.Add(FieldError.Invalid(path.Child("scopeName"), scope, "unsupported scope"));
            foreach (var _ in spec.Hard.Keys.Where(name => !IsAbout(scope, name)))
                errors.Add(FieldError.Invalid(path, new GoValue("core.ScopeSelector{...}"), "unsupported scope applied to resource"));
            if (scope != "PriorityClass" && Scopes.Contains(scope) && expression.Operator != "Exists")
                errors.Add(FieldError.Invalid(path.Child("operator"), expression.Operator, OnlyExists));
            Operator(expression, path, errors);
        }
        Conflicts([.. selector.MatchExpressions.Select(expression => expression.ScopeName)], spec, path, errors);
    }

    private static void Operator(ScopedResourceSelectorRequirement expression, FieldPath path, FieldErrorList errors)
    {
        switch (expression.Operator)
        {
            case "In" or "NotIn" when expression.Values.Count == 0:
                errors.Add(FieldError.Required(path.Child("values"), "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector"));
                break;
            case "Exists" or "DoesNotExist" when expression.Values.Count > 0:
                errors.Add(FieldError.Invalid(
                    path.Child("values"), GoStructs.Words("string", expression.Values),
                    "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector"));
                break;
            case "In" or "NotIn" or "Exists" or "DoesNotExist":
                break;
            default:
                errors.Add(FieldError.Invalid(path.Child("operator"), expression.Operator, "not a valid selector operator"));
                break;
        }
    }

    private static void Conflicts(IReadOnlyCollection<string> scopes, ResourceQuotaSpec spec, FieldPath path, FieldErrorList errors)
    {
        foreach (var (one, other) in Opposites)
            if (scopes.Contains(one) && scopes.Contains(other)) errors.Add(FieldError.Invalid(path, Shown(spec.Scopes), "conflicting scopes"));
    }

    // Quotas that are about some pods only can limit no more than what pods use; and pods of best effort use nothing but their number.
    private static bool IsAbout(string scope, string resource) =>
        !Scopes.Contains(scope) || !ResourceValidation.IsQuota(resource) || resource == "pods" || (scope != "BestEffort" && PodResources.Contains(resource));

    private static GoValue Shown(IReadOnlyCollection<string> scopes) => GoStructs.Words("core.ResourceQuotaScope", scopes);
}
