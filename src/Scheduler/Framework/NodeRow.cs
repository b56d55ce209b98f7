using Google.Protobuf.Collections;

using MiniK8s.Api.Placement;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Scheduler.Framework;

/// <summary>What is asked of nearly every node for nearly every pod; a copy of what <see cref="NodeInfo"/> says.</summary>
internal readonly struct NodeRow
{
    public readonly RepeatedField<Taint>? Taints;
    public readonly Room Room;
    public readonly bool IsCordoned;

    private readonly NodeInfo? _node;
    private readonly Later? _later;

    public NodeRow(NodeInfo node) => (_node, Taints, Room, IsCordoned) = (node, node.Taints, node.Room, node.IsCordoned);

    private NodeRow(in NodeRow row, PodInfo pod)
    {
        (Taints, Room, IsCordoned) = (row.Taints, row.Room.Without(pod.Requests), row.IsCordoned);
        _later = new Later(row._node, row._later, pod);
    }

    /// <summary>The node itself: to look at it is what costs.</summary>
    public NodeInfo Node => _node ?? _later!.Node;

    /// <summary>With one pod more; the node is made when somebody looks at it.</summary>
    public NodeRow With(PodInfo pod) => new(this, pod);

    private sealed class Later(NodeInfo? node, Later? later, PodInfo pod)
    {
        public NodeInfo Node => field ??= (node ?? later!.Node).With(pod);
    }
}

/// <summary>A node as it is, and as it will be with the pods that it expects. Those of all nodes stand side by side, where a pass over thousands waits for no memory.</summary>
internal readonly struct NodeRows
{
    public readonly NodeRow Now;

    public readonly bool IsExpecting;

    public readonly int LowestExpected;

    /// <summary>Nothing where no pod is expected.</summary>
    public readonly NodeRow Then;

    public NodeRows(NodeInfo node)
    {
        (Now, IsExpecting, LowestExpected) = (new NodeRow(node), !node.Expected.IsEmpty, node.LowestExpected);
        if (IsExpecting) Then = new NodeRow(node.WithExpected);
    }

    private NodeRows(in NodeRows rows, PodInfo pod)
    {
        (Now, IsExpecting, LowestExpected) = (rows.Now.With(pod), rows.IsExpecting, rows.LowestExpected);
        if (IsExpecting) Then = rows.Then.With(pod);
    }

    /// <summary>Both with one pod more.</summary>
    public NodeRows With(PodInfo pod) => new(this, pod);
}

/// <summary>What is left on a node of the resources that every node has; less than nothing where it is overfull.</summary>
internal readonly struct Room(long milliCpu, long memory, long ephemeralStorage, long podSlots)
{
    public readonly long MilliCpu = milliCpu;
    public readonly long Memory = memory;
    public readonly long EphemeralStorage = ephemeralStorage;
    public readonly long PodSlots = podSlots;

    public Room(Resources allocatable, long podSlots)
        : this(allocatable.MilliCpu, allocatable.Memory, allocatable.EphemeralStorage, podSlots)
    {
    }

    /// <summary>With that less, of several pods.</summary>
    public Room Without(Resources requests, int pods = 1) =>
        new(MilliCpu - requests.MilliCpu, Memory - requests.Memory, EphemeralStorage - requests.EphemeralStorage, PodSlots - pods);
}
