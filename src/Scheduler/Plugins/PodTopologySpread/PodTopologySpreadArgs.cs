using MiniK8s.Api.Errors;
using MiniK8s.Api.Validation;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Scheduler.Configuration;

namespace MiniK8s.Scheduler.Plugins.PodTopologySpread;

/// <summary>Where the constraints of pods without any come from.</summary>
internal enum SpreadDefaulting
{
    /// <summary>Built in: softly over hosts (maxSkew 3) and zones (maxSkew 5).</summary>
    System,

    /// <summary>From <see cref="PodTopologySpreadArgs.DefaultConstraints"/>.</summary>
    List,
}

/// <summary>The plugin's arguments, named and preset as in kubescheduler.config.k8s.io/v1.</summary>
/// <param name="DefaultConstraints">For pods without constraints of their own, with <see cref="SpreadDefaulting.List"/>; they have no labelSelector. Null for none.</param>
internal sealed record PodTopologySpreadArgs(
    IReadOnlyList<TopologySpreadConstraint>? DefaultConstraints = null, SpreadDefaulting DefaultingType = SpreadDefaulting.System) : IPluginArguments
{
    public void Check(FieldPath path, FieldErrorList errors)
    {
        var (constraints, at) = (DefaultConstraints ?? [], path.Child("defaultConstraints"));
        if (DefaultingType == SpreadDefaulting.System && constraints.Count > 0)
            errors.Add(FieldError.Invalid(path.Child("defaultingType"), nameof(SpreadDefaulting.System), "when .defaultConstraints are not empty"));
        HashSet<(string, string)> seen = [];
        for (var i = 0; i < constraints.Count; i++)
        {
            var constraint = constraints[i];
            Check(constraint, at.Index(i), errors);
            if (!seen.Add((constraint.TopologyKey, constraint.WhenUnsatisfiable)))
                errors.Add(FieldError.Duplicate(at.Index(i), $"{{{constraint.TopologyKey}, {constraint.WhenUnsatisfiable}}}"));
        }
    }

    private static void Check(TopologySpreadConstraint constraint, FieldPath path, FieldErrorList errors)
    {
        if (constraint.MaxSkew <= 0) errors.Add(FieldError.Invalid(path.Child("maxSkew"), constraint.MaxSkew, "not in valid range (0, inf)"));
        if (constraint.TopologyKey.Length == 0) errors.Add(FieldError.Required(path.Child("topologyKey"), "can not be empty"));
        else errors.AddInvalid(path.Child("topologyKey"), constraint.TopologyKey, NameRules.QualifiedName(constraint.TopologyKey));
        if (constraint.WhenUnsatisfiable.Length == 0) errors.Add(FieldError.Required(path.Child("whenUnsatisfiable"), "can not be empty"));
        else if (constraint.WhenUnsatisfiable is not ("DoNotSchedule" or "ScheduleAnyway"))
            errors.Add(FieldError.NotSupported(path.Child("whenUnsatisfiable"), constraint.WhenUnsatisfiable, "DoNotSchedule", "ScheduleAnyway"));
        if (constraint.LabelSelector is not null)
            errors.Add(FieldError.Forbidden(path.Child("labelSelector"), "constraint must not define a selector, as they deduced for each pod"));
    }
}
