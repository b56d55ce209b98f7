using MiniK8s.Api.Errors;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.Api.Validation;

/// <summary>What matchLabelKeys and mismatchLabelKeys must be, of affinity terms and topology spread constraints.</summary>
/// <remarks>
/// Source: validateMatchLabelKeysAndMismatchLabelKeys and validateMatchLabelKeysInTopologySpread, pkg/apis/core/validation/validation.go.
/// A new pod's affinity terms come with their keys merged into the selectors, so that a key that the user has selected by stands there twice.
/// </remarks>
internal static class LabelKeyValidation
{
    private const string NoSelector = "must not be specified when labelSelector is not set";
    private const string InSelector = "exists in both matchLabelKeys and labelSelector";

    public static void Term(PodAffinityTerm term, FieldPath path, FieldErrorList errors)
    {
        Names(term.MatchLabelKeys, term.LabelSelector, path.Child("matchLabelKeys"), errors);
        Names(term.MismatchLabelKeys, term.LabelSelector, path.Child("mismatchLabelKeys"), errors);
        if (term.LabelSelector is { } selector) Doubles(term, selector, path, errors);
        for (var i = 0; i < term.MatchLabelKeys.Count; i++)
        {
            if (term.MismatchLabelKeys.Contains(term.MatchLabelKeys[i]))
                errors.Add(FieldError.Invalid(path.Child("matchLabelKeys").Index(i), term.MatchLabelKeys[i], "exists in both matchLabelKeys and mismatchLabelKeys"));
        }
    }

    public static void Spread(TopologySpreadConstraint constraint, FieldPath path, FieldErrorList errors)
    {
        if (constraint.MatchLabelKeys.Count == 0) return;
        var selector = constraint.LabelSelector;
        if (selector is null) errors.Add(FieldError.Forbidden(path, NoSelector));
        HashSet<string> selected = selector is null ? [] : [.. selector.MatchLabels.Keys, .. selector.MatchExpressions.Select(expression => expression.Key)];
        for (var i = 0; i < constraint.MatchLabelKeys.Count; i++)
        {
            var key = constraint.MatchLabelKeys[i];
            errors.AddInvalid(path.Index(i), key, NameRules.QualifiedName(key));
            if (selected.Contains(key)) errors.Add(FieldError.Invalid(path.Index(i), key, InSelector));
        }
    }

    private static void Names(IReadOnlyList<string> keys, LabelSelector? selector, FieldPath path, FieldErrorList errors)
    {
        if (keys.Count == 0) return;
        if (selector is null) errors.Add(FieldError.Forbidden(path, NoSelector));
        else for (var i = 0; i < keys.Count; i++) errors.AddInvalid(path.Index(i), keys[i], NameRules.QualifiedName(keys[i]));
    }

    // The path is the term's with the key's place, as Kubernetes has it.
    private static void Doubles(PodAffinityTerm term, LabelSelector selector, FieldPath path, FieldErrorList errors)
    {
        HashSet<string> selected = [.. selector.MatchLabels.Keys];
        foreach (var expression in selector.MatchExpressions)
        {
            if (!selected.Add(expression.Key) && term.MatchLabelKeys.IndexOf(expression.Key) is var place and >= 0)
                errors.Add(FieldError.Invalid(path.Index(place), expression.Key, InSelector));
        }
    }
}
