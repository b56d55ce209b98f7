using System.Globalization;

using MiniK8s.Api.Errors;
using MiniK8s.Protocol.Batch.V1;

namespace MiniK8s.Api.Rules;

/// <summary>When an Indexed Job has succeeded although not all its indexes have.</summary>
internal static class SuccessPolicyRules
{
    private const int MaxRules = 20;
    private const int MaxIndexesLength = 64 * 1024;

    public static void Check(JobSpec spec, FieldPath path, FieldErrorList errors)
    {
        if (spec.CompletionMode != JobSpecRules.Indexed)
        {
            errors.Add(FieldError.Invalid(path, new GoValue("batch.SuccessPolicy{...}"), "requires indexed completion mode"));
            return;
        }
        var (rules, at) = (spec.SuccessPolicy.Rules, path.Child("rules"));
        if (rules.Count == 0) errors.Add(FieldError.Required(at, "at least one rules must be specified when the successPolicy is specified"));
        if (rules.Count > MaxRules) errors.Add(FieldError.TooMany(at, rules.Count, MaxRules));
        for (var i = 0; i < rules.Count; i++) Rule(rules[i], spec.Completions, at.Index(i), errors);
    }

    private static void Rule(SuccessPolicyRule rule, int completions, FieldPath path, FieldErrorList errors)
    {
        if (!rule.HasSucceededCount && !rule.HasSucceededIndexes)
            errors.Add(FieldError.Required(path, "at least one of succeededCount or succeededIndexes must be specified"));
        var indexes = rule.HasSucceededIndexes ? Indexes(rule.SucceededIndexes, completions, path.Child("succeededIndexes"), errors) : 0;
        if (!rule.HasSucceededCount) return;

        var (count, at) = (rule.SucceededCount, path.Child("succeededCount"));
        Validation.Check.NotNegative(count, at, errors);
        if (count > completions)
            errors.Add(FieldError.Invalid(at, count, $"must be less than or equal to {completions} (the number of specified completions)"));
        if (rule.HasSucceededIndexes && count > indexes)
        {
            errors.Add(FieldError.Invalid(
                at, count, $"must be less than or equal to {indexes} (the number of indexes in the specified succeededIndexes field)"));
        }
    }

    private static int Indexes(string text, int completions, FieldPath path, FieldErrorList errors)
    {
        if (text.Length > MaxIndexesLength) errors.Add(FieldError.TooLong(path, MaxIndexesLength));
        var (total, fault) = Count(text, completions);
        if (fault is not null) errors.Add(FieldError.Invalid(path, text, $"error parsing succeededIndexes: {fault}"));
        return total;
    }

    // How many indexes a text such as 0,2-4 names, each below the number of completions, in ascending order.
    private static (int Total, string? Fault) Count(string text, int completions)
    {
        var (total, last) = (0, -1);
        foreach (var fragment in text.Split(',', StringSplitOptions.None).Where(_ => text.Length > 0))
        {
            var ends = fragment.Split('-');
            if (ends.Length > 2)
                return (0, $"the fragment {GoText.Quote(fragment)} violates the requirement that an index interval can have at most two parts separated by '-'");
            var begin = last;
            foreach (var end in ends)
            {
                if (!int.TryParse(end, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var index))
                    return (0, $"cannot convert string to integer for index: {GoText.Quote(end)}");
                if (index >= completions) return (0, $"too large index: {GoText.Quote(end)}");
                if (index <= last) return (0, $"non-increasing order, previous: {last}, current: {index}");
                begin = ReferenceEquals(end, ends[0]) ? index : begin;
                last = index;
            }
            total += last - begin + 1;
        }
        return (total, null);
    }
}
