using System.Globalization;

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
/// </remarks>
public static class NodeSelectors
{
    private const string NameField = "metadata.name";

    /// <summary>Whether the node fits the pod's nodeSelector and required node affinity.</summary>
    public static bool SelectsNode(this PodSpec spec, Node node) =>
        spec.NodeSelector.All(wanted => Label(node, wanted.Key) == wanted.Value)
        && spec.Affinity?.NodeAffinity?.RequiredDuringSchedulingIgnoredDuringExecution?.Matches(node) is null or true;

    /// <summary>Any of the terms.</summary>
    public static bool Matches(this NodeSelector selector, Node node) => selector.NodeSelectorTerms.Any(term => term.Matches(node));

    /// <summary>All expressions and fields of the term; an empty term matches nothing.</summary>
    public static bool Matches(this NodeSelectorTerm term, Node node) =>
        term.MatchExpressions.Count + term.MatchFields.Count > 0
        && term.MatchExpressions.All(wanted => Matches(wanted, Label(node, wanted.Key)))
        && term.MatchFields.All(wanted => wanted.Key == NameField && Matches(wanted, node.Metadata.Name));

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
