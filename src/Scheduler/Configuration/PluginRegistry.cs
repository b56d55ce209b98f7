using MiniK8s.Scheduler.Plugins.CheckNodeCondition;
using MiniK8s.Scheduler.Plugins.CheckNodeDiskPressure;
using MiniK8s.Scheduler.Plugins.CheckNodeMemoryPressure;
using MiniK8s.Scheduler.Plugins.CheckNodePIDPressure;
using MiniK8s.Scheduler.Plugins.DefaultBinder;
using MiniK8s.Scheduler.Plugins.DefaultPreemption;
using MiniK8s.Scheduler.Plugins.ImageLocality;
using MiniK8s.Scheduler.Plugins.InterPodAffinity;
using MiniK8s.Scheduler.Plugins.NodeAffinity;
using MiniK8s.Scheduler.Plugins.NodeLabel;
using MiniK8s.Scheduler.Plugins.NodeName;
using MiniK8s.Scheduler.Plugins.NodePorts;
using MiniK8s.Scheduler.Plugins.NodePreferAvoidPods;
using MiniK8s.Scheduler.Plugins.NodeResourceLimits;
using MiniK8s.Scheduler.Plugins.NodeResources;
using MiniK8s.Scheduler.Plugins.NodeResourcesMostAllocated;
using MiniK8s.Scheduler.Plugins.NodeUnschedulable;
using MiniK8s.Scheduler.Plugins.NodeVolumeLimits;
using MiniK8s.Scheduler.Plugins.PodToleratesNodeNoExecuteTaints;
using MiniK8s.Scheduler.Plugins.PodTopologySpread;
using MiniK8s.Scheduler.Plugins.PrioritySort;
using MiniK8s.Scheduler.Plugins.SchedulingGates;
using MiniK8s.Scheduler.Plugins.SelectorSpread;
using MiniK8s.Scheduler.Plugins.ServiceAffinity;
using MiniK8s.Scheduler.Plugins.TaintToleration;
using MiniK8s.Scheduler.Plugins.VolumeBinding;
using MiniK8s.Scheduler.Plugins.VolumeRestrictions;
using MiniK8s.Scheduler.Plugins.VolumeZone;

namespace MiniK8s.Scheduler.Configuration;

/// <summary>The plugins there are, by name. A plugin is its folder under Plugins/, its line here and, where it is on by default, its line in <see cref="Defaults"/>.</summary>
/// <param name="kinds">The plugins, each with a name of its own.</param>
/// <param name="defaults">Those that are on by default; null for <see cref="Defaults"/>.</param>
internal sealed class PluginRegistry(IEnumerable<PluginKind> kinds, IReadOnlyList<PluginReference>? defaults = null)
{
    private readonly IReadOnlyDictionary<string, PluginKind> _byName = kinds.ToDictionary(kind => kind.Name);

    /// <summary>All that are part of the house.</summary>
    public static PluginRegistry InTree { get; } = new(
    [
        PluginKind.Of("SchedulingGates", _ => new SchedulingGates()),
        PluginKind.Of("PrioritySort", _ => new PrioritySort()),
        PluginKind.Of("NodeUnschedulable", _ => new NodeUnschedulable()),
        PluginKind.Of("NodeName", _ => new NodeName()),
        PluginKind.Of("TaintToleration", _ => new TaintToleration()),
        PluginKind.Of<NodeAffinity, NodeAffinityArgs>("NodeAffinity", (args, _) => new NodeAffinity(args)),
        PluginKind.Of("NodePorts", _ => new NodePorts()),
        PluginKind.Of<NodeResourcesFit, NodeResourcesFitArgs>("NodeResourcesFit", (args, _) => new NodeResourcesFit(args)),
        PluginKind.Of("VolumeRestrictions", context => new VolumeRestrictions(context.Objects)),
        PluginKind.Of("NodeVolumeLimits", context => new NodeVolumeLimits(context.Objects)),
        PluginKind.Of("VolumeBinding", context => new VolumeBinding(context.Objects)),
        PluginKind.Of("VolumeZone", context => new VolumeZone(context.Objects)),
        PluginKind.Of<PodTopologySpread, PodTopologySpreadArgs>("PodTopologySpread", (args, context) => new PodTopologySpread(context.Objects, args)),
        PluginKind.Of<InterPodAffinity, InterPodAffinityArgs>("InterPodAffinity", (args, context) => new InterPodAffinity(context.Objects, args)),
        PluginKind.Of<DefaultPreemption, DefaultPreemptionArgs>("DefaultPreemption", (args, context) => new DefaultPreemption(args, context, new Random())),
        PluginKind.Of<NodeResourcesBalancedAllocation, NodeResourcesBalancedAllocationArgs>(
            "NodeResourcesBalancedAllocation", (args, _) => new NodeResourcesBalancedAllocation(args)),
        PluginKind.Of("ImageLocality", _ => new ImageLocality()),
        PluginKind.Of("DefaultBinder", context => new DefaultBinder(context.Api)),

        // What Kubernetes has retired, for profiles that want it back; never on by itself.
        PluginKind.Of("CheckNodeCondition", _ => new CheckNodeCondition()),
        PluginKind.Of("CheckNodeDiskPressure", _ => new CheckNodeDiskPressure()),
        PluginKind.Of("CheckNodeMemoryPressure", _ => new CheckNodeMemoryPressure()),
        PluginKind.Of("CheckNodePIDPressure", _ => new CheckNodePIDPressure()),
        PluginKind.Of("EBSLimits", context => DiskLimits.Ebs(context.Objects)),
        PluginKind.Of("GCEPDLimits", context => DiskLimits.GcePd(context.Objects)),
        PluginKind.Of("AzureDiskLimits", context => DiskLimits.AzureDisk(context.Objects)),
        PluginKind.Of<NodeLabel, NodeLabelArgs>("NodeLabel", (args, _) => new NodeLabel(args)),
        PluginKind.Of("NodePreferAvoidPods", _ => new NodePreferAvoidPods()),
        PluginKind.Of("NodeResourceLimits", _ => new NodeResourceLimits()),
        PluginKind.Of<NodeResourcesMostAllocated, NodeResourcesMostAllocatedArgs>("NodeResourcesMostAllocated", (args, _) => new NodeResourcesMostAllocated(args)),
        PluginKind.Of("PodToleratesNodeNoExecuteTaints", _ => new PodToleratesNodeNoExecuteTaints()),
        PluginKind.Of("SelectorSpread", context => new SelectorSpread(context.Objects)),
        PluginKind.Of<ServiceAffinity, ServiceAffinityArgs>("ServiceAffinity", (args, context) => new ServiceAffinity(args, context.Objects)),
    ]);

    /// <summary>The plugins that a profile has unless it says otherwise, at every point at which they can stand, in the order in which they are asked.</summary>
    /// <remarks>Source: getDefaultPlugins in pkg/scheduler/apis/config/v1/default_plugins.go.</remarks>
    public static IReadOnlyList<PluginReference> Defaults { get; } =
    [
        new() { Name = "SchedulingGates" },
        new() { Name = "PrioritySort" },
        new() { Name = "NodeUnschedulable" },
        new() { Name = "NodeName" },
        new() { Name = "TaintToleration", Weight = 3 },
        new() { Name = "NodeAffinity", Weight = 2 },
        new() { Name = "NodePorts" },
        new() { Name = "NodeResourcesFit", Weight = 1 },
        new() { Name = "VolumeRestrictions" },
        new() { Name = "NodeVolumeLimits" },
        new() { Name = "VolumeBinding" },
        new() { Name = "VolumeZone" },
        new() { Name = "PodTopologySpread", Weight = 2 },
        new() { Name = "InterPodAffinity", Weight = 2 },
        new() { Name = "DefaultPreemption" },
        new() { Name = "NodeResourcesBalancedAllocation", Weight = 1 },
        new() { Name = "ImageLocality", Weight = 1 },
        new() { Name = "DefaultBinder" },
    ];

    /// <summary>Those of its plugins that a profile has unless it says otherwise.</summary>
    public IReadOnlyList<PluginReference> DefaultPlugins => defaults ?? Defaults;

    /// <summary>The plugin of that name, if there is one.</summary>
    public PluginKind? Find(string name) => _byName.GetValueOrDefault(name);
}
