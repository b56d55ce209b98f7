using Google.Protobuf.Collections;

using MiniK8s.Api.Errors;
using MiniK8s.Api.Placement;
using MiniK8s.Api.Quantities;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Nodes.V1;

namespace MiniK8s.ApiServer.Admission.RuntimeClasses;

/// <summary>Gives new Pods what their RuntimeClass says: what they take beyond their containers, and where they may go [plugin/pkg/admission/runtimeclass].</summary>
internal sealed class RuntimeClassPlugin(ObjectLookup lookup) : IAdmissionPlugin
{
    private const string Differs = "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead";

    /// <inheritdoc/>
    public async ValueTask MutateAsync(AdmissionRequest request, CancellationToken ct)
    {
        if (request is not { Operation: AdmissionOperation.Create, Subresource: "", Object: Pod pod }) return;
        if (await ClassOfAsync(request, pod, ct) is not { } chosen) return;
        if (chosen.Overhead is { } overhead)
        {
            if (pod.Spec.Overhead.Count > 0 && !IsSame(pod.Spec.Overhead, overhead.PodFixed)) throw Forbidden(request, Differs);
            pod.Spec.Overhead.Clear();
            pod.Spec.Overhead.Add(overhead.PodFixed);
        }
        if (chosen.Scheduling is { } scheduling) Place(request, pod.Spec, scheduling);
    }

    /// <inheritdoc/>
    public async ValueTask ValidateAsync(AdmissionRequest request, CancellationToken ct)
    {
        if (request is not { Operation: AdmissionOperation.Create, Subresource: "", Object: Pod pod }) return;
        if ((await ClassOfAsync(request, pod, ct))?.Overhead is { } overhead)
        {
            if (!IsSame(pod.Spec.Overhead, overhead.PodFixed)) throw Forbidden(request, Differs);
        }
        else if (pod.Spec.Overhead.Count > 0)
        {
            throw Forbidden(request, "pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead");
        }
    }

    // Null: the pod names none.
    private async ValueTask<RuntimeClass?> ClassOfAsync(AdmissionRequest request, Pod pod, CancellationToken ct)
    {
        if (pod.Spec.RuntimeClassName is not { Length: > 0 } name) return null;
        return await lookup.FindAsync<RuntimeClass>("", name, ct) ?? throw Forbidden(request, $"pod rejected: RuntimeClass \"{name}\" not found");
    }

    private static void Place(AdmissionRequest request, PodSpec spec, Scheduling scheduling)
    {
        foreach (var (key, value) in scheduling.NodeSelector)
        {
            if (spec.NodeSelector.TryGetValue(key, out var own) && own != value)
                throw Forbidden(request, $"conflict: runtimeClass.scheduling.nodeSelector[{key}] = {value}; pod.spec.nodeSelector[{key}] = {own}");
            spec.NodeSelector[key] = value;
        }
        var merged = Tolerations.Merge([.. spec.Tolerations, .. scheduling.Tolerations]);
        spec.Tolerations.Clear();
        spec.Tolerations.Add(merged.Select(toleration => toleration.Clone()));
    }

    // By amount, not by how it is written; what is no amount is refused by the rules.
    private static bool IsSame(MapField<string, string> one, MapField<string, string> other) =>
        one.Count == other.Count && one.All(entry => other.TryGetValue(entry.Key, out var amount)
            && (entry.Value == amount || (Quantity.TryParse(entry.Value, out var mine) && Quantity.TryParse(amount, out var theirs) && mine == theirs)));

    private static ApiException Forbidden(AdmissionRequest request, string why) =>
        StatusErrors.Forbidden(request.Kind.GroupResource, request.Name, why);
}
