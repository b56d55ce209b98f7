using System.Text;

using MiniK8s.Api.Errors;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Api.Validation;

/// <summary>What may change in a pod's spec after it was created, and nothing else.</summary>
/// <remarks>
/// field                                          | allowed change
/// -----------------------------------------------+-------------------------------------------------------
/// containers[*].image, initContainers[*].image   | any, but not empty
/// activeDeadlineSeconds                          | from none to a value, or to a smaller one
/// tolerations                                    | additions; of an old one only tolerationSeconds
/// terminationGracePeriodSeconds                  | from negative to 1
/// schedulingGates                                | removal
/// nodeSelector, of a gated pod                   | new keys
/// required node affinity, of a gated pod         | none to some; more expressions in every term
/// preferred node affinity, of a gated pod        | any
/// </remarks>
internal static class PodSpecUpdate
{
    private const string Frozen =
        "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`," +
        "`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was " +
        "previously negative)\n";

    public static void Validate(PodSpec spec, PodSpec old, FieldPath path, FieldErrorList errors)
    {
        if (!SameContainers(spec.Containers, old.Containers, path.Child("containers"), errors)) return;
        if (!SameContainers(spec.InitContainers, old.InitContainers, path.Child("initContainers"), errors)) return;
        if (!Deadline(spec, old, path.Child("activeDeadlineSeconds"), errors)) return;
        Tolerations(spec, old, path.Child("tolerations"), errors);
        Gates(spec, old, path.Child("schedulingGates"), errors);
        if (spec.Equals(old)) return;

        var rest = spec.Clone();
        if (old.SchedulingGates.Count > 0) Gated(rest, old, path, errors);
        PutBackAllowed(rest, old);
        if (!rest.Equals(old)) errors.Add(FieldError.Forbidden(path, Frozen + Difference(rest, old)));
    }

    private static bool SameContainers(IReadOnlyList<Container> containers, IReadOnlyList<Container> olds, FieldPath path, FieldErrorList errors)
    {
        if (containers.Count != olds.Count)
        {
            errors.Add(FieldError.Forbidden(path, "pod updates may not add or remove containers"));
            return false;
        }
        for (var i = 0; i < containers.Count; i++)
        {
            Check.Required(containers[i].Image, path.Index(i).Child("image"), errors);
            if (containers[i].Image.Trim() != containers[i].Image)
                errors.Add(FieldError.Invalid(path.Index(i).Child("image"), containers[i].Image, "must not have leading or trailing whitespace"));
        }
        return true;
    }

    private static bool Deadline(PodSpec spec, PodSpec old, FieldPath path, FieldErrorList errors)
    {
        if (!spec.HasActiveDeadlineSeconds)
        {
            if (old.HasActiveDeadlineSeconds) errors.Add(FieldError.Invalid(path, null, "must not update from a positive integer to nil value"));
            return true;
        }
        if (spec.ActiveDeadlineSeconds is < 0 or > int.MaxValue)
        {
            errors.Add(FieldError.Invalid(path, spec.ActiveDeadlineSeconds, NameRules.InclusiveRange(0, int.MaxValue)));
            return false;
        }
        if (!old.HasActiveDeadlineSeconds || spec.ActiveDeadlineSeconds <= old.ActiveDeadlineSeconds) return true;
        errors.Add(FieldError.Invalid(path, spec.ActiveDeadlineSeconds, "must be less than or equal to previous value"));
        return false;
    }

    private static void Tolerations(PodSpec spec, PodSpec old, FieldPath path, FieldErrorList errors)
    {
        var left = spec.Tolerations.Select(WithoutSeconds).ToHashSet();
        if (old.Tolerations.All(toleration => left.Contains(WithoutSeconds(toleration)))) SchedulingValidation.Tolerations(spec.Tolerations, path, errors);
        else errors.Add(FieldError.Forbidden(path, "existing toleration can not be modified except its tolerationSeconds"));
    }

    private static Toleration WithoutSeconds(Toleration toleration)
    {
        var clone = toleration.Clone();
        clone.ClearTolerationSeconds();
        return clone;
    }

    private static void Gates(PodSpec spec, PodSpec old, FieldPath path, FieldErrorList errors)
    {
        for (var i = 0; i < spec.SchedulingGates.Count; i++)
        {
            var name = spec.SchedulingGates[i].Name;
            if (old.SchedulingGates.All(gate => gate.Name != name))
                errors.Add(FieldError.Forbidden(path.Index(i).Child("name"), $"only deletion is allowed, but found new scheduling gate '{name}'"));
        }
    }

    private static void PutBackAllowed(PodSpec rest, PodSpec old)
    {
        for (var i = 0; i < rest.Containers.Count; i++) rest.Containers[i].Image = old.Containers[i].Image;
        for (var i = 0; i < rest.InitContainers.Count; i++) rest.InitContainers[i].Image = old.InitContainers[i].Image;
        if (old.HasActiveDeadlineSeconds) rest.ActiveDeadlineSeconds = old.ActiveDeadlineSeconds;
        else rest.ClearActiveDeadlineSeconds();
        Replace(rest.SchedulingGates, old.SchedulingGates);
        Replace(rest.Tolerations, old.Tolerations);
        if (old is { HasTerminationGracePeriodSeconds: true, TerminationGracePeriodSeconds: < 0 } && rest.TerminationGracePeriodSeconds == 1)
            rest.TerminationGracePeriodSeconds = old.TerminationGracePeriodSeconds;
    }

    private static void Replace<T>(Google.Protobuf.Collections.RepeatedField<T> target, IEnumerable<T> source)
    {
        target.Clear();
        target.AddRange(source);
    }

    // A pod the scheduler has not looked at yet may still be narrowed.
    private static void Gated(PodSpec rest, PodSpec old, FieldPath path, FieldErrorList errors)
    {
        foreach (var (key, value) in old.NodeSelector)
        {
            if (rest.NodeSelector.TryGetValue(key, out var now) && now == value) continue;
            errors.Add(FieldError.Invalid(path.Child("nodeSelector"), new GoValue(GoText.StringMap(rest.NodeSelector)),
                "only additions to spec.nodeSelector are allowed (no mutations or deletions)"));
            break;
        }
        rest.NodeSelector.Clear();
        rest.NodeSelector.Add(old.NodeSelector);

        var before = old.Affinity?.NodeAffinity;
        var now2 = rest.Affinity?.NodeAffinity;
        if (Equals(before, now2)) return;
        RequiredAffinity(now2?.RequiredDuringSchedulingIgnoredDuringExecution, before?.RequiredDuringSchedulingIgnoredDuringExecution,
            path.Child("affinity").Child("nodeAffinity").Child("requiredDuringSchedulingIgnoredDuringExecution").Child("nodeSelectorTerms"), errors);
        rest.Affinity ??= new();
        rest.Affinity.NodeAffinity = before;
        if (old.Affinity is null && rest.Affinity.CalculateSize() == 0) rest.Affinity = null;
    }

    private static void RequiredAffinity(NodeSelector? now, NodeSelector? before, FieldPath path, FieldErrorList errors)
    {
        if (before is null || before.NodeSelectorTerms.Count == 0) return;
        if (now is null || now.NodeSelectorTerms.Count != before.NodeSelectorTerms.Count)
        {
            errors.Add(FieldError.Invalid(path, FieldError.Omitted, "no additions/deletions to non-empty NodeSelectorTerms list are allowed"));
            return;
        }
        for (var i = 0; i < now.NodeSelectorTerms.Count; i++)
        {
            var (term, old) = (now.NodeSelectorTerms[i], before.NodeSelectorTerms[i]);
            if (Begins(term.MatchExpressions, old.MatchExpressions) && Begins(term.MatchFields, old.MatchFields)) continue;
            errors.Add(FieldError.Invalid(path.Index(i), FieldError.Omitted, "only additions are allowed (no mutations or deletions)"));
        }
    }

    private static bool Begins<T>(IReadOnlyList<T> now, IReadOnlyList<T> before) =>
        now.Count >= before.Count && now.Take(before.Count).SequenceEqual(before);

    private static string Difference(PodSpec spec, PodSpec old)
    {
        var text = new StringBuilder("  core.PodSpec{\n");
        foreach (var field in PodSpec.Descriptor.Fields.InDeclarationOrder())
        {
            var (was, now) = (Show(old, field), Show(spec, field));
            if (was == now) continue;
            if (was.Length > 0) text.Append("- \t").Append(field.JsonName).Append(": ").Append(was).Append(",\n");
            if (now.Length > 0) text.Append("+ \t").Append(field.JsonName).Append(": ").Append(now).Append(",\n");
        }
        return text.Append("  }\n").ToString();
    }

    private static string Show(PodSpec spec, Google.Protobuf.Reflection.FieldDescriptor field) =>
        field is { HasPresence: true } && !field.Accessor.HasValue(spec) ? "" : $"{field.Accessor.GetValue(spec)}";
}
