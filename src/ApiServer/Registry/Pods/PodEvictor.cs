using MiniK8s.Api.Errors;
using MiniK8s.ApiServer.Admission;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Meta.V1;
using MiniK8s.Protocol.Policy.V1;

namespace MiniK8s.ApiServer.Registry.Pods;

/// <summary>The eviction subresource: asks the budgets, marks the pod, deletes it.</summary>
internal sealed class PodEvictor(RegistryParts parts, IResourceRegistries registries, IDisruptionBudgets budgets) : IPodEvictor
{
    private const int MaxAttempts = 20;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    /// <inheritdoc/>
    public async Task<Status> EvictAsync(RequestContext request, string ns, string podName, Eviction eviction, CreateOptions options, CancellationToken ct)
    {
        if (eviction.Metadata.Name != podName) throw StatusErrors.BadRequest("name in URL does not match name in Eviction object");
        ObjectNamespaces.Settle(parts.Kind, eviction.Metadata, ns);
        var delete = Options(eviction, options);
        var isDryRun = DryRun.Of(delete.DryRun, "DeleteOptions");
        var admission = new AdmissionRequest(request, AdmissionOperation.Create, parts.Kind, "eviction", ns, podName, eviction, null);
        await parts.Admission.MutateAsync(admission, ct);
        await parts.Admission.ValidateAsync(admission, ct);

        for (var attempt = 1; attempt <= MaxAttempts; attempt++)
        {
            if (await TryAsync(request, ns, podName, delete, isDryRun, ct)) return StatusErrors.Succeeded(code: 201);
            await Task.Delay(Pause, parts.Time, ct);
        }
        throw StatusErrors.Timeout($"couldn't evict pod {GoText.Quote(podName)} due to conflicts", 10);
    }

    // False: something has changed between the look and the act, so look again.
    private async Task<bool> TryAsync(RequestContext request, string ns, string podName, DeleteOptions options, bool isDryRun, CancellationToken ct)
    {
        var current = await parts.Storage.ReadAsync(parts.KeyOf(ns, podName), ct) ?? throw StatusErrors.NotFound(parts.Kind.GroupResource, podName);
        var pod = (Pod)current.Object;
        var found = EvictionDecision.IgnoresBudgets(pod) ? [] : await budgets.OfAsync(request, pod, ct);
        var decision = EvictionDecision.Decide(pod, found);
        if (decision.Budget is { } budget && !isDryRun && !await TryTakeAsync(request, budget, podName, ct)) return false;

        var isPinnedHere = decision.IsPinned && !(options.Preconditions?.HasResourceVersion ?? false);
        var delete = options.Clone();
        if (isPinnedHere) (delete.Preconditions ??= new()).ResourceVersion = pod.Metadata.ResourceVersion;
        try
        {
            if (!isDryRun) await MarkAsync(ns, podName, delete, ct);
            await registries.Of(parts.Kind).DeleteAsync(request, ns, podName, delete, ct);
            return true;
        }
        catch (ApiException ex) when (ex.Reason == StatusReasons.Conflict && isPinnedHere)
        {
            return found.Count == 0 ? false : throw EvictionDecision.StillProcessed(found[0].Name);
        }
    }

    private async Task<bool> TryTakeAsync(RequestContext request, DisruptionBudget budget, string podName, CancellationToken ct)
    {
        try
        {
            await budgets.TakeAsync(request, budget, podName, ct);
            return true;
        }
        catch (ApiException ex) when (ex.Reason == StatusReasons.Conflict)
        {
            return false;
        }
    }

    // Tells whoever looks at the pod afterwards that it did not go by itself. A version that the delete insists on moves on with the mark.
    private async Task MarkAsync(string ns, string podName, DeleteOptions delete, CancellationToken ct)
    {
        var wanted = delete.Preconditions;
        var marked = await parts.Storage.ModifyAsync(parts.KeyOf(ns, podName), current =>
        {
            if (current is null) throw StatusErrors.NotFound(parts.Kind.GroupResource, podName);
            var pod = (Pod)current.Object.Copy();
            if ((wanted?.HasUid ?? false) && wanted.Uid != pod.Metadata.Uid)
                throw StatusErrors.Conflict(parts.Kind.GroupResource, podName, $"the UID in the precondition ({wanted.Uid}) does not match the UID in record ({pod.Metadata.Uid}). The object might have been deleted and then recreated");
            if ((wanted?.HasResourceVersion ?? false) && wanted.ResourceVersion != pod.Metadata.ResourceVersion)
                throw StatusErrors.Conflict(parts.Kind.GroupResource, podName, $"the ResourceVersion in the precondition ({wanted.ResourceVersion}) does not match the ResourceVersion in record ({pod.Metadata.ResourceVersion}). The object might have been modified");
            var condition = pod.Status.Conditions.FirstOrDefault(each => each.Type == "DisruptionTarget");
            if (condition is null) pod.Status.Conditions.Add(condition = new PodCondition { Type = "DisruptionTarget" });
            if (condition.Status != "True") condition.LastTransitionTime = MetadataTimes.NowStamp(parts.Time);
            (condition.Status, condition.Reason, condition.Message) = ("True", "EvictionByEvictionAPI", "Eviction API: evicting");
            return ValueTask.FromResult<Modification>(pod.Equals(current.Object) ? new Modification.Keep(current.Object) : new Modification.Write(pod));
        }, ct);
        if (wanted?.HasResourceVersion ?? false) wanted.ResourceVersion = marked.Metadata.ResourceVersion;
    }

    // A dry run asked for in one place is one; asked for in two it must be the same.
    private static DeleteOptions Options(Eviction eviction, CreateOptions options)
    {
        var delete = eviction.DeleteOptions?.Clone() ?? new();
        if (delete.DryRun.Count == 0) delete.DryRun.Add(options.DryRun);
        else if (options.DryRun.Count > 0 && !options.DryRun.SequenceEqual(delete.DryRun))
            throw StatusErrors.Unclassified($"Non-matching dry-run options in request and content: {GoText.StringSlice(options.DryRun)} and {GoText.StringSlice(delete.DryRun)}");
        return delete;
    }
}
