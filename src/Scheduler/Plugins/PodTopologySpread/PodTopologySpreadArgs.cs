using MiniK8s.Api.Errors;
using MiniK8s.Api.Validation;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Scheduler.Configuration;

namespace MiniK8s.Scheduler.Plugins.PodTopologySpread;

/// <summary>The plugin's arguments, named and preset as in kubescheduler.config.k8s.io/v1.</summary>
/// <param name="DefaultConstraints">For pods without constraints of their own, with <see cref="ListedDefaults"/>; they have no labelSelector. Null for none.</param>
/// <param name="DefaultingType"><see cref="SystemDefaults"/> or <see cref="ListedDefaults"/>.</param>
internal sealed record PodTopologySpreadArgs(
    IReadOnlyList<TopologySpreadConstraint>? DefaultConstraints = null, string DefaultingType = PodTopologySpreadArgs.SystemDefaults) : IPluginArguments
{
    /// <summary>The constraints of pods without any are built in: softly over hosts (maxSkew 3) and zones (maxSkew 5).</summary>
    public const string SystemDefaults = "System";

    /// <summary>They are <see cref="DefaultConstraints"/>.</summary>
    public const string ListedDefaults = "List";

    /// <summary>Source of rules and words: ValidatePodTopologySpreadArgs in pkg/scheduler/apis/config/validation/validation_pluginargs.go.</summary>
    public void Check(FieldPath path, FieldErrorList errors)
    {
        var constraints = DefaultConstraints ?? [];
        if (DefaultingType is not (SystemDefaults or ListedDefaults)) errors.Add(FieldError.NotSupported(path.Child("defaultingType"), DefaultingType, SystemDefaults, ListedDefaults));
        else if (DefaultingType == SystemDefaults && constraints.Count > 0)
            errors.Add(FieldError.Invalid(path.Child("defaultingType"), DefaultingType, "when .defaultConstraints are not empty"));
        for (var i = 0; i < constraints.Count; i++)
        {
            var (constraint, at) = (constraints[i], path.Child("defaultConstraints").Index(i));
            Check(constraint, at, errors);
            if (constraints.Take(i).Any(other => other.TopologyKey == constraint.TopologyKey && other.WhenUnsatisfiable == constraint.WhenUnsatisfiable))
                errors.Add(FieldError.Duplicate(at, $"{{{constraint.TopologyKey}, {constraint.WhenUnsatisfiable}}}"));
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
