using System.Text.Json;

using MiniK8s.Api.Errors;
using MiniK8s.Client.Informers;
using MiniK8s.Client.Resources;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Meta.V1;
using MiniK8s.Protocol.V1;

namespace MiniK8s.ControllerManager.TaintEviction;

/// <summary>Deletes a pod because of a taint, with its own grace: first its status says why, then it is deleted like any other.</summary>
/// <remarks>Disruption budgets are not asked. Five attempts, 10 ms apart [taint_eviction.go, retries]; a pod that is gone, or another by now, is done with.</remarks>
internal sealed class PodDeletion(IApiClient api, TimeProvider time)
{
    private const int Attempts = 5;
    private const string Reason = "DeletionByTaintManager";
    private const string Message = "Taint manager: deleting due to NoExecute taint";
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    /// <summary>Returns once the pod is on its way out; throws what the last attempt met.</summary>
    public async Task DeleteAsync(ObjectKey key, string uid, CancellationToken ct)
    {
        for (var attempt = 1; !await TryAsync(key, uid, isLast: attempt == Attempts, ct); attempt++) await Task.Delay(Pause, time, ct);
    }

    private async Task<bool> TryAsync(ObjectKey key, string uid, bool isLast, CancellationToken ct)
    {
        try
        {
            if (await FindAsync(key, ct) is not { } pod || pod.Metadata.Uid != uid) return true;
            await SayWhyAsync(pod, ct);
            var options = new DeleteOptions { Preconditions = new Preconditions { Uid = uid } };
            await api.Resource<Pod>().DeleteAsync(key.Namespace, key.Name, options, ct);
            return true;
        }
        catch (Exception) when (!isLast && !ct.IsCancellationRequested)
        {
            return false;
        }
    }

    // From the server: the cache may not have heard of its end yet.
    private async Task<Pod?> FindAsync(ObjectKey key, CancellationToken ct)
    {
        try
        {
            return await api.Resource<Pod>().GetAsync(key.Namespace, key.Name, ct);
        }
        catch (ApiException refusal) when (refusal.Status.Code == 404)
        {
            return null;
        }
    }

    private async Task SayWhyAsync(Pod pod, CancellationToken ct)
    {
        var before = pod.Status?.Conditions.FirstOrDefault(condition => condition.Type == "DisruptionTarget");
        if (before is { Status: "True", Reason: Reason, Message: Message }) return;
        var since = before is { Status: "True", LastTransitionTime: { } asBefore } ? asBefore.ToDateTime() : time.GetUtcNow().UtcDateTime;
        var condition = new
        {
            type = "DisruptionTarget",
            status = "True",
            reason = Reason,
            message = Message,
            lastTransitionTime = since.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'"),
        };
        var patch = JsonSerializer.Serialize(new { metadata = new { uid = pod.Metadata.Uid }, status = new { conditions = new[] { condition } } });
        await api.Resource<Pod>().PatchAsync(pod.Metadata.Namespace, pod.Metadata.Name, PatchType.StrategicMergePatch, patch, "status", ct);
    }
}
