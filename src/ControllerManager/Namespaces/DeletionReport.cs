using Google.Protobuf.WellKnownTypes;

using MiniK8s.Api.Objects;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.ControllerManager.Namespaces;

/// <summary>How far the deletion of a namespace has come, as its conditions say it.</summary>
/// <param name="Left">What is left, by kind.</param>
/// <param name="Failures">What could not be deleted, and why, by kind.</param>
internal sealed record DeletionReport(IReadOnlyDictionary<ApiKind, Remains> Left, IReadOnlyDictionary<ApiKind, string> Failures)
{
    public bool IsEmpty => Left.Count == 0 && Failures.Count == 0;

    /// <summary>When to look again.</summary>
    public TimeSpan LookAgainIn => Left.Values.Select(remains => remains.Grace).DefaultIfEmpty().Max() / 2 + TimeSpan.FromSeconds(1);

    /// <summary>Puts the conditions into a status; those that say the same keep their time.</summary>
    public void WriteTo(NamespaceStatus status, Timestamp now)
    {
        foreach (var wanted in Conditions())
        {
            var current = status.Conditions.FirstOrDefault(condition => condition.Type == wanted.Type);
            if (current is null) status.Conditions.Add(current = new NamespaceCondition { Type = wanted.Type });
            if (current.Status != wanted.Status) current.LastTransitionTime = now;
            (current.Status, current.Reason, current.Message) = (wanted.Status, wanted.Reason, wanted.Message);
        }
    }

    internal IEnumerable<NamespaceCondition> Conditions()
    {
        yield return Good("NamespaceDeletionDiscoveryFailure", "ResourcesDiscovered", "All resources successfully discovered");
        yield return Good("NamespaceDeletionGroupVersionParsingFailure", "ParsedGroupVersions", "All legacy kube types successfully parsed");
        yield return Failures.Count == 0
            ? Good("NamespaceDeletionContentFailure", "ContentDeleted", "All content successfully deleted, may be waiting on finalization")
            : Bad("NamespaceDeletionContentFailure", "ContentDeletionFailed",
                $"Failed to delete all resource types, {Failures.Count} remaining: {string.Join(", ", Failures.Values.Order(StringComparer.Ordinal))}");
        yield return Left.Count == 0
            ? Good("NamespaceContentRemaining", "ContentRemoved", "All content successfully removed")
            : Bad("NamespaceContentRemaining", "SomeResourcesRemain", $"Some resources are remaining: {RemainingText()}");
        yield return Finalizers().Count == 0
            ? Good("NamespaceFinalizersRemaining", "ContentHasNoFinalizers", "All content-preserving finalizers finished")
            : Bad("NamespaceFinalizersRemaining", "SomeFinalizersRemain", $"Some content in the namespace has finalizers remaining: {FinalizersText()}");
    }

    // The core group leaves a trailing dot: "pods. has 2 resource instances".
    private string RemainingText() => string.Join(", ", Left
        .Select(left => $"{left.Key.Plural}.{left.Key.Group} has {left.Value.Count} resource instances").Order(StringComparer.Ordinal));

    private string FinalizersText() => string.Join(", ", Finalizers()
        .Select(held => $"{held.Key} in {held.Value} resource instances").Order(StringComparer.Ordinal));

    private Dictionary<string, int> Finalizers() => Left.Values
        .SelectMany(remains => remains.Finalizers)
        .GroupBy(held => held.Key, held => held.Value)
        .ToDictionary(group => group.Key, group => group.Sum());

    private static NamespaceCondition Good(string type, string reason, string message) =>
        new() { Type = type, Status = "False", Reason = reason, Message = message };

    private static NamespaceCondition Bad(string type, string reason, string message) =>
        new() { Type = type, Status = "True", Reason = reason, Message = message };
}
