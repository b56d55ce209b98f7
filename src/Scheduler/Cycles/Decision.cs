using MiniK8s.Scheduler.Framework;

namespace MiniK8s.Scheduler.Cycles;

/// <summary>What one scheduling cycle came to.</summary>
internal abstract record Decision
{
    /// <summary>The pod goes to that node.</summary>
    internal sealed record Place(string Node) : Decision;

    /// <summary>No node will have it.</summary>
    /// <param name="Message">Why, as users read it.</param>
    /// <param name="RejectedBy">The plugins that said so.</param>
    /// <param name="Remedy">The plugin that knows what to do about it.</param>
    /// <param name="Result">What that is.</param>
    internal sealed record Reject(
        string Message, IReadOnlySet<string> RejectedBy, IPostFilterPlugin? Remedy = null, PostFilterResult? Result = null) : Decision
    {
        /// <summary>The node that is being cleared for the pod; "" for none, also where nobody was asked; null where an earlier one holds.</summary>
        public string? NominatedNode => Result is null ? "" : Result.NominatedNode;
    }
}
