using MiniK8s.Api.Errors;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.ApiServer.Admission.Priority;

/// <summary>Gives Pods their priority. There are no PriorityClass objects yet: only the two built-in classes are known.</summary>
internal sealed class PriorityPlugin : IAdmissionPlugin
{
    private const string PreemptLowerPriority = "PreemptLowerPriority";

    private static readonly Dictionary<string, int> BuiltIn = new()
    {
        ["system-node-critical"] = 2_000_001_000,
        ["system-cluster-critical"] = 2_000_000_000,
    };

    /// <inheritdoc/>
    public ValueTask MutateAsync(AdmissionRequest request, CancellationToken ct)
    {
        if (request is { Operation: AdmissionOperation.Create, Subresource: "", Object: Pod created }) SetPriority(request, created);
        if (request is { Operation: AdmissionOperation.Update, Subresource: "", Object: Pod updated, Existing: Pod existing })
        {
            // A manifest does not bear what was computed at creation.
            if (!updated.Spec.HasPriority && existing.Spec.HasPriority) updated.Spec.Priority = existing.Spec.Priority;
            if (!updated.Spec.HasPreemptionPolicy && existing.Spec.HasPreemptionPolicy) updated.Spec.PreemptionPolicy = existing.Spec.PreemptionPolicy;
        }
        return ValueTask.CompletedTask;
    }

    private static void SetPriority(AdmissionRequest request, Pod pod)
    {
        var spec = pod.Spec;
        var priority = 0;
        if (spec.PriorityClassName.Length > 0 && !BuiltIn.TryGetValue(spec.PriorityClassName, out priority))
        {
            throw Forbidden(request, $"no PriorityClass with name {spec.PriorityClassName} was found");
        }
        if (spec.HasPriority && spec.Priority != priority)
        {
            throw Forbidden(request, $"the integer value of priority ({spec.Priority}) must not be provided in pod spec; "
                + $"priority admission controller computed {priority} from the given PriorityClass name");
        }
        if (spec.HasPreemptionPolicy && spec.PreemptionPolicy != PreemptLowerPriority)
        {
            throw Forbidden(request, $"the string value of PreemptionPolicy ({spec.PreemptionPolicy}) must not be provided in pod spec; "
                + $"priority admission controller computed {PreemptLowerPriority} from the given PriorityClass name");
        }
        spec.Priority = priority;
        spec.PreemptionPolicy = PreemptLowerPriority;
    }

    private static ApiException Forbidden(AdmissionRequest request, string why) =>
        StatusErrors.Forbidden(request.Kind.GroupResource, request.Name, why);
}
