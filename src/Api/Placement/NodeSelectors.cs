using System.Globalization;

using Google.Protobuf.Collections;

using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Api.Placement;

/// <summary>Whether nodes match selector terms.</summary>
/// <remarks>
/// | operator     | label present                      | label missing |
/// |--------------|------------------------------------|---------------|
/// | In           | value is listed                    | no            |
/// | NotIn        | value is not listed                | yes           |
/// | Exists       | yes                                | no            |
/// | DoesNotExist | no                                 | yes           |
/// | Gt, Lt       | as integers, against the one value | no            |
/// Asked per node, and so without taking memory.
/// </remarks>
public static class NodeSelectors
{
    private const string NameField = "metadata.name";

    /// <summary>Whether the node fits the pod's nodeSelector and required node affinity.</summary>
    public static bool SelectsNode(this PodSpec spec, Node node) =>
        (spec.NodeSelector.Count == 0 || HasLabels(node, spec.NodeSelector))
        && spec.Affinity?.NodeAffinity?.RequiredDuringSchedulingIgnoredDuringExecution?.Matches(node) is null or true;

    /// <summary>Any of the terms.</summary>
    public static bool Matches(this NodeSelector selector, Node node)
    {
        var terms = selector.NodeSelectorTerms;
        for (var i = 0; i < terms.Count; i++)
        {
            if (terms[i].Matches(node)) return true;
        }
        return false;
    }

    /// <summary>All expressions and fields of the term; an empty term matches nothing.</summary>
    public static bool Matches(this NodeSelectorTerm term, Node node)
    {
        var (labels, fields) = (term.MatchExpressions, term.MatchFields);
        for (var i = 0; i < labels.Count; i++)
        {
            if (!Matches(labels[i], Label(node, labels[i].Key))) return false;
        }
        for (var i = 0; i < fields.Count; i++)
        {
            if (fields[i].Key != NameField || !Matches(fields[i], node.Metadata.Name)) return false;
        }
        return labels.Count + fields.Count > 0;
    }

    /// <summary>The node names that a term's fields insist on; null if they insist on none.</summary>
    public static IReadOnlySet<string>? RequiredNames(this NodeSelectorTerm term)
    {
        HashSet<string>? names = null;
        foreach (var field in term.MatchFields.Where(field => field is { Key: NameField, Operator: "In" }))
        {
            if (names is null) names = [.. field.Values];
            else names.IntersectWith(field.Values);
        }
        return names;
    }

    // The one place that takes memory, for the pods that have a selector: a map cannot be walked without.
    private static bool HasLabels(Node node, MapField<string, string> wanted)
    {
        foreach (var (key, value) in wanted)
        {
            if (Label(node, key) != value) return false;
        }
        return true;
    }

    private static string? Label(Node node, string key) => node.Metadata.Labels.TryGetValue(key, out var value) ? value : null;

    private static bool Matches(NodeSelectorRequirement wanted, string? value) => wanted.Operator switch
    {
        "In" => value is not null && wanted.Values.Contains(value),
        "NotIn" => value is null || !wanted.Values.Contains(value),
        "Exists" => value is not null,
        "DoesNotExist" => value is null,
        "Gt" => Compare(value, wanted) > 0,
        "Lt" => Compare(value, wanted) < 0,
        _ => false,
    };

    private static int? Compare(string? value, NodeSelectorRequirement wanted) =>
        wanted.Values.Count == 1 && IsInteger(value, out var actual) && IsInteger(wanted.Values[0], out var limit) ? actual.CompareTo(limit) : null;

    private static bool IsInteger(string? text, out long value) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);
}
