using MiniK8s.Api.Errors;
using MiniK8s.Scheduler.Configuration;

namespace MiniK8s.Scheduler.Plugins.NodeLabel;

/// <summary>What a profile may say to <see cref="NodeLabel"/>: keys of labels, whatever their values.</summary>
internal sealed record NodeLabelArgs : IPluginArguments
{
    /// <summary>Those that a node must have.</summary>
    public IReadOnlyList<string> PresentLabels { get; init; } = [];

    /// <summary>Those that a node must not have.</summary>
    public IReadOnlyList<string> AbsentLabels { get; init; } = [];

    /// <summary>Those that a node had better have.</summary>
    public IReadOnlyList<string> PresentLabelsPreference { get; init; } = [];

    /// <summary>Those that a node had better not have.</summary>
    public IReadOnlyList<string> AbsentLabelsPreference { get; init; } = [];

    public void Check(FieldPath path, FieldErrorList errors)
    {
        CheckApart(PresentLabels, AbsentLabels, path.Child("absentLabels"), errors);
        CheckApart(PresentLabelsPreference, AbsentLabelsPreference, path.Child("absentLabelsPreference"), errors);
    }

    private static void CheckApart(IReadOnlyList<string> present, IReadOnlyList<string> absent, FieldPath path, FieldErrorList errors)
    {
        if (absent.FirstOrDefault(present.Contains) is not { } both) return;
        errors.Add(FieldError.Invalid(path, both,
            $"detecting at least one label (e.g., {GoText.Quote(both)}) that exist in both the present([{string.Join(' ', present)}]) and absent([{string.Join(' ', absent)}]) label list"));
    }
}
