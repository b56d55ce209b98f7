using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.ControllerManager.TaintEviction;

/// <summary>What is kept of a pod between two looks at it.</summary>
/// <param name="Uid">The pod, of all that bear its name.</param>
/// <param name="Due">When it is to go; null: it has been told to.</param>
/// <param name="Taints">What it was judged by.</param>
/// <param name="Tolerations">What it was judged by.</param>
internal sealed record PlannedEviction(string Uid, DateTimeOffset? Due, IReadOnlyList<Taint> Taints, IReadOnlyList<Toleration> Tolerations)
{
    /// <summary>The same, done.</summary>
    public PlannedEviction Done => this with { Due = null };

    /// <summary>Whether it was made for these very taints and tolerations: what is done is then not done again.</summary>
    public bool IsFor(IEnumerable<Taint> taints, IEnumerable<Toleration> tolerations) => Taints.SequenceEqual(taints) && Tolerations.SequenceEqual(tolerations);
}
