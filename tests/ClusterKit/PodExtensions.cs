using MiniK8s.Api.Errors;
using MiniK8s.Client.Resources;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.ClusterKit;

/// <summary>What tests do to pods, over gRPC.</summary>
public static class PodExtensions
{
    public static Task<Pod> CreatePodAsync(this IApiClient api, Pod pod) => api.Resource<Pod>().CreateAsync(pod, CancellationToken.None);

    public static async Task<Pod?> FindPodAsync(this IApiClient api, string ns, string name)
    {
        try
        {
            return await api.Resource<Pod>().GetAsync(ns, name, CancellationToken.None);
        }
        catch (ApiException exception) when (exception.Status.Reason == "NotFound")
        {
            return null;
        }
    }

    public static Task<Pod> UntilPodAsync(this IApiClient api, string ns, string name, Func<Pod, bool> fits, string what) =>
        Eventually.GetAsync(() => api.FindPodAsync(ns, name), fits, $"pod {ns}/{name} {what}");

    public static Task<Pod> UntilRunningAsync(this IApiClient api, string ns, string name) =>
        api.UntilPodAsync(ns, name, pod => pod.Status.Phase == "Running" && pod.Condition("Ready") == "True", "is Running and Ready");

    public static Task UntilGoneAsync(this IApiClient api, string ns, string name) =>
        Eventually.TrueAsync(async () => await api.FindPodAsync(ns, name) is null, $"pod {ns}/{name} is gone");

    public static Task<Pod> DeletePodAsync(this IApiClient api, string ns, string name, int? grace = null)
    {
        var options = new DeleteOptions();
        if (grace is { } seconds) options.GracePeriodSeconds = seconds;
        return api.Resource<Pod>().DeleteAsync(ns, name, options, CancellationToken.None);
    }

    public static string? Condition(this Pod pod, string type) => pod.Status.Conditions.FirstOrDefault(c => c.Type == type)?.Status;

    public static bool IsTerminating(this Pod pod) => pod.Metadata.DeletionTimestamp is not null;

    public static ContainerStateTerminated? Ended(this Pod pod) => pod.Status.ContainerStatuses.FirstOrDefault()?.State?.Terminated;
}
