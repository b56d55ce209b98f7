using MiniK8s.Api.Errors;
using MiniK8s.Scheduler.Configuration;

namespace MiniK8s.Scheduler.Plugins.DefaultPreemption;

/// <summary>How many nodes are tried before one is chosen: the larger of both, but no more than there are.</summary>
/// <param name="MinCandidateNodesPercentage">Of the nodes where removing pods might help, 0 to 100.</param>
/// <param name="MinCandidateNodesAbsolute">At least so many.</param>
/// <remarks>Source: DefaultPreemptionArgs, pkg/scheduler/apis/config/types_pluginargs.go.</remarks>
internal sealed record DefaultPreemptionArgs(int MinCandidateNodesPercentage = 10, int MinCandidateNodesAbsolute = 100) : IPluginArguments
{
    /// <summary>How many candidates are wanted of so many nodes.</summary>
    public int Wanted(int nodes) => int.Min(nodes, int.Max(nodes * MinCandidateNodesPercentage / 100, MinCandidateNodesAbsolute));

    public void Check(FieldPath path, FieldErrorList errors)
    {
        var (percentage, absolute) = (path.Child("minCandidateNodesPercentage"), path.Child("minCandidateNodesAbsolute"));
        if (MinCandidateNodesPercentage is < 0 or > 100) errors.Add(FieldError.Invalid(percentage, MinCandidateNodesPercentage, "not in valid range [0, 100]"));
        if (MinCandidateNodesAbsolute < 0) errors.Add(FieldError.Invalid(absolute, MinCandidateNodesAbsolute, "not in valid range [0, inf)"));
        if (MinCandidateNodesPercentage != 0 || MinCandidateNodesAbsolute != 0) return;
        errors.Add(FieldError.Invalid(percentage, 0, "cannot be zero at the same time as minCandidateNodesAbsolute"));
        errors.Add(FieldError.Invalid(absolute, 0, "cannot be zero at the same time as minCandidateNodesPercentage"));
    }
}
