using System.Collections.Immutable;

namespace MiniK8s.Kubelet.Eviction;

/// <summary>Something that a node can run short of [pkg/kubelet/eviction/api/types.go, helpers.go].</summary>
/// <param name="Name">As flags write it.</param>
/// <param name="Condition">Of the Node, while there is too little.</param>
/// <param name="Resource">The word in messages.</param>
internal sealed record EvictionSignal(string Name, string Condition, string Resource)
{
    public const string MemoryPressure = "MemoryPressure";
    public const string DiskPressure = "DiskPressure";
    public const string PidPressure = "PIDPressure";
    public const string MemoryResource = "memory";
    public const string InodesResource = "inodes";
    public const string PidsResource = "pids";
    private const string DiskResource = "ephemeral-storage";

    public static readonly EvictionSignal Memory = new("memory.available", MemoryPressure, MemoryResource);

    /// <summary>Of what pods may have together: the node's memory without what is reserved.</summary>
    public static readonly EvictionSignal AllocatableMemory = new("allocatableMemory.available", MemoryPressure, MemoryResource);

    public static readonly EvictionSignal NodeFs = new("nodefs.available", DiskPressure, DiskResource);
    public static readonly EvictionSignal NodeFsInodes = new("nodefs.inodesFree", DiskPressure, InodesResource);
    public static readonly EvictionSignal ImageFs = new("imagefs.available", DiskPressure, DiskResource);
    public static readonly EvictionSignal ImageFsInodes = new("imagefs.inodesFree", DiskPressure, InodesResource);
    public static readonly EvictionSignal ContainerFs = new("containerfs.available", DiskPressure, DiskResource);
    public static readonly EvictionSignal ContainerFsInodes = new("containerfs.inodesFree", DiskPressure, InodesResource);
    public static readonly EvictionSignal Pids = new("pid.available", PidPressure, PidsResource);

    /// <summary>All of them.</summary>
    public static ImmutableArray<EvictionSignal> All { get; } =
        [Memory, AllocatableMemory, NodeFs, NodeFsInodes, ImageFs, ImageFsInodes, ContainerFs, ContainerFsInodes, Pids];

    /// <summary>Whether its amounts are bytes; else they count things.</summary>
    public bool IsBytes => Resource is MemoryResource or DiskResource;

    public bool IsDisk => Condition == DiskPressure;

    /// <summary>Whether it is about where containers write, which on a node with one disk is where everything is.</summary>
    public bool IsContainerFs => this == ContainerFs || this == ContainerFsInodes;

    public static EvictionSignal? Find(string name) => All.FirstOrDefault(signal => signal.Name == name);

    public override string ToString() => Name;
}
