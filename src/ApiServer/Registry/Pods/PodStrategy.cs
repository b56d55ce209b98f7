using MiniK8s.Api.Validation;
using MiniK8s.Protocol;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.ApiServer.Registry.Pods;

/// <summary>Pods: status belongs to its subresource, deletion is graceful, and kubelets watch by node.</summary>
internal sealed class PodStrategy(TimeProvider time) : ResourceStrategy<Pod>
{
    /// <inheritdoc/>
    public override string? IndexedField => "spec.nodeName";

    /// <inheritdoc/>
    public override string? FieldOf(IApiObject obj, string field)
    {
        var pod = (Pod)obj;
        return field switch
        {
            "spec.nodeName" or "spec.host" => pod.Spec.NodeName,
            "spec.restartPolicy" => pod.Spec.RestartPolicy,
            "spec.schedulerName" => pod.Spec.SchedulerName,
            "spec.serviceAccountName" => pod.Spec.ServiceAccountName,
            "spec.hostNetwork" => pod.Spec.HostNetwork ? "true" : "false",
            "status.phase" => pod.Status.Phase,
            "status.podIP" => pod.Status.PodIp,
            "status.nominatedNodeName" => pod.Status.NominatedNodeName,
            _ => base.FieldOf(obj, field),
        };
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> ResetFields(string subresource) =>
        subresource == "status" ? ["spec", "metadata.ownerReferences", "metadata.deletionTimestamp"] : base.ResetFields(subresource);

    // Nobody has to stop the containers of a pod that never reached a node or has ended.
    /// <inheritdoc/>
    public override (bool NothingRuns, long? DefaultGrace)? GraceOf(IApiObject obj)
    {
        var pod = (Pod)obj;
        var nothingRuns = pod.Spec.NodeName.Length == 0 || pod.Status.Phase is "Succeeded" or "Failed";
        return (nothingRuns, pod.Spec.HasTerminationGracePeriodSeconds ? pod.Spec.TerminationGracePeriodSeconds : null);
    }

    /// <inheritdoc/>
    protected override void PrepareForCreate(Pod obj)
    {
        obj.Status = new PodStatus { Phase = "Pending", QosClass = PodQos.Of(obj.Spec) };
        LabelKeys.MergeIntoSelectors(obj);
        if (obj.Spec.SchedulingGates.Count == 0) return;
        obj.Status.Conditions.Add(new PodCondition
        {
            Type = "PodScheduled", Status = "False", Reason = "SchedulingGated",
            Message = "Scheduling is blocked due to non-empty scheduling gates",
            LastTransitionTime = MetadataTimes.NowStamp(time),
        });
    }

    /// <inheritdoc/>
    protected override void PrepareForUpdate(Pod obj, Pod existing, string subresource)
    {
        if (subresource == "ephemeralcontainers") KeepAllButEphemeralContainers(obj, existing);
        if (subresource != "status")
        {
            obj.Status = existing.Status;
            return;
        }
        obj.Spec = existing.Spec;
        obj.Metadata.OwnerReferences.Clear();
        obj.Metadata.OwnerReferences.Add(existing.Metadata.OwnerReferences);
        if (obj.Status.QosClass.Length == 0) obj.Status.QosClass = existing.Status.QosClass;
    }

    private static void KeepAllButEphemeralContainers(Pod obj, Pod existing)
    {
        var spec = existing.Spec.Clone();
        spec.EphemeralContainers.Clear();
        spec.EphemeralContainers.Add(obj.Spec.EphemeralContainers);
        obj.Spec = spec;
        var metadata = existing.Metadata.Clone();
        metadata.ResourceVersion = obj.Metadata.ResourceVersion;
        metadata.ManagedFields.Clear();
        metadata.ManagedFields.Add(obj.Metadata.ManagedFields);
        obj.Metadata = metadata;
    }
}
