using MiniK8s.Api.Errors;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.Api.Validation;

/// <summary>Tolerations, taints, affinity, spreading and the selectors in them.</summary>
public static class SchedulingValidation
{
    private const string NotAnOperator = "not a valid selector operator";
    private const string ValuesNeeded = "must be specified when `operator` is 'In' or 'NotIn'";
    private const string ValuesForbidden = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'";

    internal static readonly string[] TaintEffects = ["NoSchedule", "PreferNoSchedule", "NoExecute"];

    internal static void Tolerations(IReadOnlyList<Toleration> tolerations, FieldPath path, FieldErrorList errors)
    {
        for (var i = 0; i < tolerations.Count; i++)
        {
            var (toleration, at) = (tolerations[i], path.Index(i));
            if (toleration.Key.Length > 0) errors.AddInvalid(at.Child("key"), toleration.Key, NameRules.QualifiedName(toleration.Key));
            else if (toleration.Operator != "Exists")
            {
                errors.Add(FieldError.Invalid(at.Child("operator"), toleration.Operator,
                    "operator must be Exists when `key` is empty, which means \"match all values and all keys\""));
            }
            if (toleration.HasTolerationSeconds && toleration.Effect != "NoExecute")
                errors.Add(FieldError.Invalid(at.Child("effect"), toleration.Effect, "effect must be 'NoExecute' when `tolerationSeconds` is set"));
            TolerationOperator(toleration, at.Child("operator"), errors);
            if (toleration.Effect.Length > 0) Check.OneOf(toleration.Effect, at.Child("effect"), errors, TaintEffects);
        }
    }

    internal static void Affinity(Affinity? affinity, FieldPath path, FieldErrorList errors)
    {
        if (affinity?.NodeAffinity is { } node) NodeAffinity(node, path.Child("nodeAffinity"), errors);
        if (affinity?.PodAffinity is { } pod)
            PodTerms(pod.RequiredDuringSchedulingIgnoredDuringExecution, pod.PreferredDuringSchedulingIgnoredDuringExecution, path.Child("podAffinity"), errors);
        if (affinity?.PodAntiAffinity is { } anti)
            PodTerms(anti.RequiredDuringSchedulingIgnoredDuringExecution, anti.PreferredDuringSchedulingIgnoredDuringExecution, path.Child("podAntiAffinity"), errors);
    }

    internal static void Spread(IReadOnlyList<TopologySpreadConstraint> constraints, FieldPath path, FieldErrorList errors)
    {
        HashSet<(string, string)> pairs = [];
        for (var i = 0; i < constraints.Count; i++)
        {
            var (constraint, at) = (constraints[i], path.Index(i));
            if (constraint.MaxSkew <= 0) errors.Add(FieldError.Invalid(at.Child("maxSkew"), constraint.MaxSkew, "must be greater than zero"));
            if (constraint.TopologyKey.Length == 0) errors.Add(FieldError.Required(at.Child("topologyKey"), "can not be empty"));
            else errors.AddInvalid(at.Child("topologyKey"), constraint.TopologyKey, NameRules.QualifiedName(constraint.TopologyKey));
            Check.OneOf(constraint.WhenUnsatisfiable, at.Child("whenUnsatisfiable"), errors, "DoNotSchedule", "ScheduleAnyway");
            if (!pairs.Add((constraint.TopologyKey, constraint.WhenUnsatisfiable)))
                errors.Add(FieldError.Duplicate(at.Child("{topologyKey, whenUnsatisfiable}"), $"{{{constraint.TopologyKey}, {constraint.WhenUnsatisfiable}}}"));
            MinDomains(constraint, at.Child("minDomains"), errors);
            if (constraint.HasNodeAffinityPolicy) Check.OneOf(constraint.NodeAffinityPolicy, at.Child("nodeAffinityPolicy"), errors, "Honor", "Ignore");
            if (constraint.HasNodeTaintsPolicy) Check.OneOf(constraint.NodeTaintsPolicy, at.Child("nodeTaintsPolicy"), errors, "Honor", "Ignore");
            LabelKeyValidation.Spread(constraint, at.Child("matchLabelKeys"), errors);
            Selector(constraint.LabelSelector, at.Child("labelSelector"), errors);
        }
    }

    internal static void Selector(LabelSelector? selector, FieldPath path, FieldErrorList errors)
    {
        if (selector is null) return;
        MetadataValidation.Labels(selector.MatchLabels, path.Child("matchLabels"), errors);
        for (var i = 0; i < selector.MatchExpressions.Count; i++)
        {
            var (expression, at) = (selector.MatchExpressions[i], path.Child("matchExpressions").Index(i));
            switch (expression.Operator)
            {
                case "In" or "NotIn" when expression.Values.Count == 0: errors.Add(FieldError.Required(at.Child("values"), ValuesNeeded)); break;
                case "Exists" or "DoesNotExist" when expression.Values.Count > 0: errors.Add(FieldError.Forbidden(at.Child("values"), ValuesForbidden)); break;
                case "In" or "NotIn" or "Exists" or "DoesNotExist": break;
                default: errors.Add(FieldError.Invalid(at.Child("operator"), expression.Operator, NotAnOperator)); break;
            }
            errors.AddInvalid(at.Child("key"), expression.Key, NameRules.QualifiedName(expression.Key));
            LabelValues(expression.Values, at.Child("values"), errors);
        }
    }

    private static void TolerationOperator(Toleration toleration, FieldPath path, FieldErrorList errors)
    {
        switch (toleration.Operator)
        {
            case "" or "Equal" when NameRules.LabelValue(toleration.Value) is { Count: > 0 } bad:
                errors.Add(FieldError.Invalid(path, toleration.Value, string.Join(";", bad)));
                break;
            case "" or "Equal":
                break;
            case "Exists":
                if (toleration.Value.Length > 0) errors.Add(FieldError.Invalid(path, toleration.Value, "value must be empty when `operator` is 'Exists'"));
                break;
            default:
                errors.Add(FieldError.NotSupported(path, toleration.Operator, "Equal", "Exists"));
                break;
        }
    }

    private static void MinDomains(TopologySpreadConstraint constraint, FieldPath path, FieldErrorList errors)
    {
        if (!constraint.HasMinDomains) return;
        if (constraint.MinDomains <= 0) errors.Add(FieldError.Invalid(path, constraint.MinDomains, "must be greater than zero"));
        if (constraint.WhenUnsatisfiable != "DoNotSchedule")
        {
            errors.Add(FieldError.Invalid(path, constraint.MinDomains,
                $"can only use minDomains if whenUnsatisfiable=DoNotSchedule, not {constraint.WhenUnsatisfiable}"));
        }
    }

    /// <summary>What is wrong with rules of affinity to nodes, wherever they stand [pkg/apis/core/validation validateNodeAffinity].</summary>
    public static void NodeAffinity(NodeAffinity affinity, FieldPath path, FieldErrorList errors)
    {
        if (affinity.RequiredDuringSchedulingIgnoredDuringExecution is { } required)
            NodeSelector(required, path.Child("requiredDuringSchedulingIgnoredDuringExecution"), errors);
        for (var i = 0; i < affinity.PreferredDuringSchedulingIgnoredDuringExecution.Count; i++)
        {
            var (term, at) = (affinity.PreferredDuringSchedulingIgnoredDuringExecution[i], path.Child("preferredDuringSchedulingIgnoredDuringExecution").Index(i));
            Weight(term.Weight, at, errors);
            NodeTerm(term.Preference ?? new(), checkValues: false, at.Child("preference"), errors);
        }
    }

    internal static void NodeSelector(NodeSelector selector, FieldPath path, FieldErrorList errors)
    {
        var terms = path.Child("nodeSelectorTerms");
        if (selector.NodeSelectorTerms.Count == 0) errors.Add(FieldError.Required(terms, "must have at least one node selector term"));
        for (var i = 0; i < selector.NodeSelectorTerms.Count; i++) NodeTerm(selector.NodeSelectorTerms[i], checkValues: true, terms.Index(i), errors);
    }

    private static void NodeTerm(NodeSelectorTerm term, bool checkValues, FieldPath path, FieldErrorList errors)
    {
        for (var i = 0; i < term.MatchExpressions.Count; i++)
            NodeRequirement(term.MatchExpressions[i], checkValues, path.Child("matchExpressions").Index(i), errors);
        for (var i = 0; i < term.MatchFields.Count; i++)
            NodeField(term.MatchFields[i], path.Child("matchFields").Index(i), errors);
    }

    private static void NodeRequirement(NodeSelectorRequirement requirement, bool checkValues, FieldPath path, FieldErrorList errors)
    {
        var values = path.Child("values");
        switch (requirement.Operator)
        {
            case "In" or "NotIn":
                if (requirement.Values.Count == 0) errors.Add(FieldError.Required(values, ValuesNeeded));
                break;
            case "Exists" or "DoesNotExist":
                if (requirement.Values.Count > 0) errors.Add(FieldError.Forbidden(values, ValuesForbidden));
                break;
            case "Gt" or "Lt":
                if (requirement.Values.Count != 1) errors.Add(FieldError.Required(values, "must be specified single value when `operator` is 'Lt' or 'Gt'"));
                break;
            default:
                errors.Add(FieldError.Invalid(path.Child("operator"), requirement.Operator, NotAnOperator));
                break;
        }
        errors.AddInvalid(path.Child("key"), requirement.Key, NameRules.QualifiedName(requirement.Key));
        if (checkValues) LabelValues(requirement.Values, values, errors);
    }

    private static void NodeField(NodeSelectorRequirement requirement, FieldPath path, FieldErrorList errors)
    {
        if (requirement.Operator is not ("In" or "NotIn")) errors.Add(FieldError.Invalid(path.Child("operator"), requirement.Operator, NotAnOperator));
        else if (requirement.Values.Count != 1)
            errors.Add(FieldError.Required(path.Child("values"), "must be only one value when `operator` is 'In' or 'NotIn' for node field selector"));
        if (requirement.Key != "metadata.name") errors.Add(FieldError.Invalid(path.Child("key"), requirement.Key, "not a valid field selector key"));
        else for (var i = 0; i < requirement.Values.Count; i++)
            errors.AddInvalid(path.Child("values").Index(i), requirement.Values[i], NameRules.Subdomain(requirement.Values[i]));
    }

    private static void PodTerms(IReadOnlyList<PodAffinityTerm> required, IReadOnlyList<WeightedPodAffinityTerm> preferred, FieldPath path, FieldErrorList errors)
    {
        for (var i = 0; i < required.Count; i++) PodTerm(required[i], path.Child("requiredDuringSchedulingIgnoredDuringExecution").Index(i), errors);
        for (var i = 0; i < preferred.Count; i++)
        {
            var at = path.Child("preferredDuringSchedulingIgnoredDuringExecution").Index(i);
            Weight(preferred[i].Weight, at, errors);
            PodTerm(preferred[i].PodAffinityTerm ?? new(), at.Child("podAffinityTerm"), errors);
        }
    }

    private static void PodTerm(PodAffinityTerm term, FieldPath path, FieldErrorList errors)
    {
        Selector(term.LabelSelector, path.Child("labelSelector"), errors);
        Selector(term.NamespaceSelector, path.Child("namespaceSelector"), errors);
        foreach (var name in term.Namespaces) errors.AddInvalid(path.Child("namespace"), name, NameRules.Label(name));
        LabelKeyValidation.Term(term, path, errors);
        if (term.TopologyKey.Length == 0) errors.Add(FieldError.Required(path.Child("topologyKey"), "can not be empty"));
        errors.AddInvalid(path.Child("topologyKey"), term.TopologyKey, NameRules.QualifiedName(term.TopologyKey));
    }

    private static void Weight(int weight, FieldPath path, FieldErrorList errors)
    {
        if (weight is <= 0 or > 100) errors.Add(FieldError.Invalid(path.Child("weight"), weight, "must be in the range 1-100"));
    }

    private static void LabelValues(IReadOnlyList<string> values, FieldPath path, FieldErrorList errors)
    {
        for (var i = 0; i < values.Count; i++) errors.AddInvalid(path.Index(i), values[i], NameRules.LabelValue(values[i]));
    }
}
