using Google.Protobuf.Collections;

using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Scheduler.Framework;

/// <summary>What is asked of nearly every node for nearly every pod; a copy of what <see cref="NodeInfo"/> says.</summary>
internal readonly struct NodeRow(NodeInfo node)
{
    /// <summary>To look at it is what costs.</summary>
    public readonly NodeInfo Node = node;

    public readonly RepeatedField<Taint>? Taints = node.Taints;
    public readonly Room Room = node.Room;
    public readonly bool IsCordoned = node.IsCordoned;
}

/// <summary>A node as it is, and as it will be with the pods that it expects. Those of all nodes stand side by side, where a pass over thousands waits for no memory.</summary>
internal readonly struct NodeRows(NodeInfo node)
{
    public readonly NodeRow Now = new(node);

    public readonly bool IsExpecting = !node.Expected.IsEmpty;

    public readonly int LowestExpected = node.LowestExpected;

    /// <summary>Nothing where no pod is expected.</summary>
    public readonly NodeRow Then = node.Expected.IsEmpty ? default : new(node.WithExpected);
}
