using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Scheduler.Framework;

/// <summary>What a node's status says of its state.</summary>
internal static class NodeConditions
{
    /// <summary>Whether the node says that the condition holds; what it does not mention does not.</summary>
    public static bool Has(this Node node, string type) => node.ConditionStatus(type) == "True";

    /// <summary>True, False or Unknown; null where the node says nothing of it.</summary>
    public static string? ConditionStatus(this Node node, string type)
    {
        if (node.Status is not { } status) return null;
        for (var i = 0; i < status.Conditions.Count; i++)
        {
            if (status.Conditions[i].Type == type) return status.Conditions[i].Status;
        }
        return null;
    }

    /// <summary>Whether a filter that says no to such nodes may say yes now: the node is new, or it was refused before and is not any more.</summary>
    public static bool BecomesAcceptable(this ClusterEvent change, Func<Node, bool> accepts) => change switch
    {
        ClusterEvent.NodeAdded added => accepts(added.Node),
        ClusterEvent.NodeUpdated updated => !accepts(updated.Old) && accepts(updated.Current),
        _ => false,
    };
}
