using MiniK8s.Api.Errors;
using MiniK8s.Api.Objects;
using MiniK8s.Api.Validation;
using MiniK8s.ApiServer.Admission;
using MiniK8s.ApiServer.WatchCache;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.ApiServer.Registry.Pods;

/// <summary>The binding subresource. The node need not exist; whoever binds has looked.</summary>
internal sealed class PodBinder(RegistryParts parts) : IPodBinder
{
    private static readonly GroupResource Resource = "pods/binding";

    /// <inheritdoc/>
    public async Task<Status> BindAsync(
        RequestContext request, string ns, string podName, Binding binding, CreateOptions options, CancellationToken ct)
    {
        var isDryRun = DryRun.Of(options.DryRun, "CreateOptions");
        Check(binding, podName);
        ObjectNamespaces.Settle(parts.Kind, binding.Metadata, ns);
        var key = parts.KeyOf(ns, podName);
        var admission = new AdmissionRequest(request, AdmissionOperation.Create, parts.Kind, "binding", ns, podName, binding, null);
        await parts.Admission.MutateAsync(admission, ct);
        await parts.Admission.ValidateAsync(admission, ct);
        var bound = await parts.Storage.ModifyAsync(key, current => ValueTask.FromResult(Assign(request, current, podName, binding, isDryRun)), ct);
        if (!isDryRun) request.Trace.Left(bound.Metadata);
        return StatusErrors.Succeeded(code: 201);
    }

    private Modification Assign(RequestContext request, CachedObject? current, string podName, Binding binding, bool isDryRun)
    {
        if (current is null) throw StatusErrors.NotFound(parts.Kind.GroupResource, podName);
        request.Trace.Found(current.Object.Metadata);
        var pod = (Pod)current.Object.Copy();
        CheckPreconditions(pod.Metadata, binding.Metadata);
        if (pod.Metadata.DeletionTimestamp is not null) throw Conflict(podName, $"pod {podName} is being deleted, cannot be assigned to a host");
        if (pod.Spec.NodeName.Length > 0) throw Conflict(podName, $"pod {podName} is already assigned to node {GoText.Quote(pod.Spec.NodeName)}");
        if (pod.Spec.SchedulingGates.Count > 0) throw Conflict(podName, $"pod {podName} has non-empty .spec.schedulingGates");

        pod.Spec.NodeName = binding.Target.Name;
        foreach (var (name, value) in binding.Metadata.Annotations) pod.Metadata.Annotations[name] = value;
        SetScheduled(pod);
        return isDryRun ? new Modification.Keep(pod) : new Modification.Write(pod);
    }

    private void SetScheduled(Pod pod)
    {
        var condition = pod.Status.Conditions.FirstOrDefault(each => each.Type == "PodScheduled");
        if (condition is null) pod.Status.Conditions.Add(condition = new PodCondition { Type = "PodScheduled" });
        if (condition.Status != "True") condition.LastTransitionTime = MetadataTimes.NowStamp(parts.Time);
        (condition.Status, condition.Reason, condition.Message) = ("True", "", "");
    }

    private static void Check(Binding binding, string podName)
    {
        if (binding.Metadata.Name.Length > 0 && binding.Metadata.Name != podName)
        {
            throw StatusErrors.BadRequest("name in URL does not match name in Binding object");
        }
        var errors = BindingValidation.Validate(binding);
        if (errors.Any) throw StatusErrors.BadRequest(errors.ToString());
    }

    private static void CheckPreconditions(ObjectMeta pod, ObjectMeta binding)
    {
        if (binding.Uid.Length > 0 && binding.Uid != pod.Uid)
        {
            throw Conflict(pod.Name, $"Precondition failed: UID in precondition: {binding.Uid}, UID in object meta: {pod.Uid}");
        }
        if (binding.ResourceVersion.Length > 0 && binding.ResourceVersion != pod.ResourceVersion)
        {
            throw Conflict(pod.Name,
                $"Precondition failed: ResourceVersion in precondition: {binding.ResourceVersion}, ResourceVersion in object meta: {pod.ResourceVersion}");
        }
    }

    private static ApiException Conflict(string podName, string why) => StatusErrors.Conflict(Resource, podName, why);
}
