using MiniK8s.Client.Events;
using MiniK8s.Client.Resources;

namespace MiniK8s.Scheduler.Framework;

/// <summary>What a plugin is made with beside its own arguments.</summary>
/// <param name="Api">Writes; reads go to <paramref name="Objects"/>.</param>
/// <param name="Objects">The objects beside Pods and Nodes.</param>
/// <param name="Events">For what users are to know of a pod.</param>
/// <param name="Waiting">The pods that wait for permit plugins, to be allowed or rejected.</param>
internal sealed record PluginContext(
    IApiClient Api, IClusterObjects Objects, TimeProvider Time, IEventRecorder Events, ILoggerFactory Loggers, WaitingPods Waiting);
