using Google.Protobuf.Collections;

using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.Scheduler;

/// <summary>Takes from each Pod what no plugin looks at, and lets Pods share what many of them have: a scheduler keeps tens of thousands.</summary>
/// <remarks>
/// | of a Pod   | is kept                                                                                         |
/// |------------|-------------------------------------------------------------------------------------------------|
/// | metadata   | all but annotations, finalizers and managedFields; labels, shared                               |
/// | containers | name, image, ports, resources and restartPolicy, shared by all that are equal in these          |
/// | volumes    | claims and disks; none that any node can make for itself (secrets, emptyDirs, …)               |
/// | other spec | all but what only the kubelet reads                                                             |
/// | status     | phase, nominatedNodeName, startTime, and the conditions PodScheduled and DisruptionTarget       |
/// A plugin that is to see more must be let through here. For one thread, as an informer is.
/// </remarks>
internal sealed class PodTrim
{
    private readonly Shared<string> _texts = new(50_000);
    private readonly Shared<Container> _containers = new(5_000);
    private readonly Shared<Toleration> _tolerations = new(1_000);
    private readonly Shared<OwnerReference> _owners = new(10_000);

    public void Trim(Pod pod)
    {
        Trim(pod.Metadata);
        if (pod.Spec is { } spec) Trim(spec);
        if (pod.Status is { } status) pod.Status = Trim(status);
    }

    private void Trim(ObjectMeta metadata)
    {
        metadata.Annotations.Clear();
        metadata.Finalizers.Clear();
        metadata.ManagedFields.Clear();
        metadata.Namespace = _texts.Of(metadata.Namespace);
        metadata.GenerateName = _texts.Of(metadata.GenerateName);
        Share(metadata.OwnerReferences, _owners);
        Share(metadata.Labels);
    }

    private void Trim(PodSpec spec)
    {
        for (var i = 0; i < spec.InitContainers.Count; i++) spec.InitContainers[i] = _containers.Of(Trim(spec.InitContainers[i]));
        for (var i = 0; i < spec.Containers.Count; i++) spec.Containers[i] = _containers.Of(Trim(spec.Containers[i]));
        for (var i = spec.Volumes.Count - 1; i >= 0; i--)
        {
            if (IsAnywhere(spec.Volumes[i].VolumeSource)) spec.Volumes.RemoveAt(i);
        }
        Share(spec.Tolerations, _tolerations);
        Share(spec.NodeSelector);
        spec.EphemeralContainers.Clear();
        spec.ImagePullSecrets.Clear();
        spec.HostAliases.Clear();
        spec.ReadinessGates.Clear();
        (spec.SecurityContext, spec.DnsConfig, spec.Hostname, spec.Subdomain) = (null, null, "", "");
        spec.NodeName = _texts.Of(spec.NodeName);
        spec.SchedulerName = _texts.Of(spec.SchedulerName);
        spec.ServiceAccountName = _texts.Of(spec.ServiceAccountName);
        spec.ServiceAccount = _texts.Of(spec.ServiceAccount);
        spec.PriorityClassName = _texts.Of(spec.PriorityClassName);
        spec.DnsPolicy = _texts.Of(spec.DnsPolicy);
        spec.RestartPolicy = _texts.Of(spec.RestartPolicy);
        if (spec.HasPreemptionPolicy) spec.PreemptionPolicy = _texts.Of(spec.PreemptionPolicy);
    }

    private static Container Trim(Container container)
    {
        var lean = new Container { Name = container.Name, Image = container.Image, Resources = container.Resources, Ports = { container.Ports } };
        if (container.HasRestartPolicy) lean.RestartPolicy = container.RestartPolicy;
        return lean;
    }

    // Such a volume can be made on any node, and in any number.
    private static bool IsAnywhere(VolumeSource? source) => source is
        { Projected: not null } or { ConfigMap: not null } or { Secret: not null } or { EmptyDir: not null } or { DownwardApi: not null } or { HostPath: not null };

    private PodStatus Trim(PodStatus status)
    {
        var lean = new PodStatus { Phase = _texts.Of(status.Phase), NominatedNodeName = _texts.Of(status.NominatedNodeName), StartTime = status.StartTime };
        lean.Conditions.Add(status.Conditions.Where(condition => condition.Type is "PodScheduled" or "DisruptionTarget"));
        return lean;
    }

    private void Share(MapField<string, string> map)
    {
        if (map.Count == 0) return;
        KeyValuePair<string, string>[] pairs = [.. map];
        map.Clear();
        foreach (var (key, value) in pairs) map.Add(_texts.Of(key), _texts.Of(value));
    }

    private static void Share<T>(RepeatedField<T> items, Shared<T> shared)
        where T : notnull
    {
        for (var i = 0; i < items.Count; i++) items[i] = shared.Of(items[i]);
    }
}
