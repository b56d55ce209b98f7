using MiniK8s.Api.Errors;
using MiniK8s.Api.Rules;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Scheduling.V1;

namespace MiniK8s.ApiServer.Admission.Priority;

/// <summary>Gives Pods the priority of the class they name, or of the default class; keeps that one the only default, and the system's classes.</summary>
/// <remarks>Two defaults can only come of two creations at the same moment; then the lower one counts.</remarks>
internal sealed class PriorityPlugin(ObjectLookup lookup) : IAdmissionPlugin
{
    private static readonly PriorityClass None = new() { Value = 0, PreemptionPolicy = "PreemptLowerPriority" };

    /// <inheritdoc/>
    public async ValueTask MutateAsync(AdmissionRequest request, CancellationToken ct)
    {
        if (request is { Operation: AdmissionOperation.Create, Subresource: "", Object: Pod created })
            SetPriority(request, created, await ClassOfAsync(request, created, ct));
        if (request is { Operation: AdmissionOperation.Update, Subresource: "", Object: Pod updated, Existing: Pod existing })
        {
            // A manifest does not bear what was computed at creation.
            if (!updated.Spec.HasPriority && existing.Spec.HasPriority) updated.Spec.Priority = existing.Spec.Priority;
            if (!updated.Spec.HasPreemptionPolicy && existing.Spec.HasPreemptionPolicy) updated.Spec.PreemptionPolicy = existing.Spec.PreemptionPolicy;
        }
    }

    /// <inheritdoc/>
    public ValueTask ValidateAsync(AdmissionRequest request, CancellationToken ct)
    {
        if (request is { Operation: AdmissionOperation.Delete, Existing: PriorityClass }
            && SystemPriorityClasses.All.Any(known => known.Metadata.Name == request.Name))
        {
            throw Forbidden(request, "this is a system priority class and cannot be deleted");
        }
        if (request.Object is PriorityClass { GlobalDefault: true } && Default() is { } other
            && (request.Operation == AdmissionOperation.Create || other.Metadata.Name != request.Name))
        {
            throw Forbidden(request, $"PriorityClass {other.Metadata.Name} is already marked as default. Only one default can exist");
        }
        return ValueTask.CompletedTask;
    }

    private async ValueTask<PriorityClass> ClassOfAsync(AdmissionRequest request, Pod pod, CancellationToken ct)
    {
        var name = pod.Spec.PriorityClassName;
        if (name.Length > 0)
            return await lookup.FindAsync<PriorityClass>("", name, ct) ?? throw Forbidden(request, $"no PriorityClass with name {name} was found");

        var chosen = Default();
        pod.Spec.PriorityClassName = chosen?.Metadata.Name ?? "";
        return chosen ?? None;
    }

    private PriorityClass? Default() => lookup.All<PriorityClass>().Where(each => each.GlobalDefault).MinBy(each => each.Value);

    private static void SetPriority(AdmissionRequest request, Pod pod, PriorityClass chosen)
    {
        var spec = pod.Spec;
        if (spec.HasPriority && spec.Priority != chosen.Value)
        {
            throw Forbidden(request, $"the integer value of priority ({spec.Priority}) must not be provided in pod spec; "
                + $"priority admission controller computed {chosen.Value} from the given PriorityClass name");
        }
        spec.Priority = chosen.Value;
        if (spec.HasPreemptionPolicy && spec.PreemptionPolicy != chosen.PreemptionPolicy)
        {
            throw Forbidden(request, $"the string value of PreemptionPolicy ({spec.PreemptionPolicy}) must not be provided in pod spec; "
                + $"priority admission controller computed {chosen.PreemptionPolicy} from the given PriorityClass name");
        }
        spec.PreemptionPolicy = chosen.PreemptionPolicy;
    }

    private static ApiException Forbidden(AdmissionRequest request, string why) =>
        StatusErrors.Forbidden(request.Kind.GroupResource, request.Name, why);
}
