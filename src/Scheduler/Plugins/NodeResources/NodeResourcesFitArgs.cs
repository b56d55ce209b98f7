using MiniK8s.Api.Errors;
using MiniK8s.Api.Validation;
using MiniK8s.Scheduler.Configuration;

namespace MiniK8s.Scheduler.Plugins.NodeResources;

/// <summary>What a profile may say to <see cref="NodeResourcesFit"/>.</summary>
/// <remarks>Source: staging/src/k8s.io/kube-scheduler/config/v1/types_pluginargs.go.</remarks>
internal sealed record NodeResourcesFitArgs : IPluginArguments
{
    /// <summary>Extended resources that need not fit; they may score all the same.</summary>
    public IReadOnlyList<string> IgnoredResources { get; init; } = [];

    /// <summary>The same for all extended resources of a domain: <c>example.com</c> for <c>example.com/gpu</c>.</summary>
    public IReadOnlyList<string> IgnoredResourceGroups { get; init; } = [];

    public ScoringStrategy ScoringStrategy { get; init; } = new();

    public void Check(FieldPath path, FieldErrorList errors)
    {
        for (var i = 0; i < IgnoredResources.Count; i++)
            errors.AddInvalid(path.Child("ignoredResources").Index(i), IgnoredResources[i], NameRules.QualifiedName(IgnoredResources[i]));
        for (var i = 0; i < IgnoredResourceGroups.Count; i++)
        {
            var (group, at) = (IgnoredResourceGroups[i], path.Child("ignoredResourceGroups").Index(i));
            if (group.Contains('/', StringComparison.Ordinal)) errors.Add(FieldError.Invalid(at, group, "resource group name can't contain '/'"));
            errors.AddInvalid(at, group, NameRules.QualifiedName(group));
        }
        ScoringStrategy.Check(path.Child("scoringStrategy"), errors);
    }
}
