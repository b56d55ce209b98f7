using MiniK8s.Api.Errors;
using MiniK8s.Scheduler.Configuration;

namespace MiniK8s.Scheduler.Plugins.NodeResources;

/// <summary>What a profile may say to <see cref="NodeResourcesBalancedAllocation"/>.</summary>
internal sealed record NodeResourcesBalancedAllocationArgs : IPluginArguments
{
    /// <summary>The resources to keep in balance, each with a weight of 1; cpu and memory, where there are none.</summary>
    public IReadOnlyList<ResourceSpec> Resources { get; init; } = [];

    public void Check(FieldPath path, FieldErrorList errors)
    {
        HashSet<string> seen = [];
        for (var i = 0; i < Resources.Count; i++)
        {
            var at = path.Child("resources").Index(i);
            if (!seen.Add(Resources[i].Name)) errors.Add(FieldError.Duplicate(at.Child("name"), Resources[i].Name));
            if (Resources[i].EffectiveWeight != 1) errors.Add(FieldError.Invalid(at.Child("weight"), Resources[i].Weight, "must be 1"));
        }
    }
}
