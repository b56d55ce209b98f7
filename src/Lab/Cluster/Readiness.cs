using MiniK8s.Api.Errors;
using MiniK8s.Client.Connection;
using MiniK8s.Client.Resources;
using MiniK8s.Lab.Processes;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Lab.Cluster;

/// <summary>Whether a Pod could run: every node is Ready and no longer tainted for not having been, and the service account that Pods get by default exists.</summary>
internal sealed class Readiness(string kubeconfig, int nodes, TimeProvider time)
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(25);

    /// <summary>Returns once it is so; an apiserver that does not answer yet is asked again.</summary>
    public async Task WaitAsync(ILabReporter reporter, CancellationToken ct)
    {
        using var connection = new ApiServerConnection(KubeConfig.Load(kubeconfig));
        var api = new ApiClient(connection.CreateCallInvoker(), new ApiClientOptions(), time);
        await UntilAsync(() => AllNodesReadyAsync(api, ct), ct);
        reporter.Reached($"{nodes} nodes are Ready");
        await UntilAsync(() => DefaultServiceAccountExistsAsync(api, ct), ct);
        reporter.Reached("a Pod could run");
    }

    private async Task<bool> AllNodesReadyAsync(ApiClient api, CancellationToken ct)
    {
        var listed = await api.Resource<Node>().ListAsync("", null, ct);
        return listed.Items.Count(IsReady) >= nodes;
    }

    // The kubelet says the one, the controller-manager takes the other off once it has heard of it.
    private static bool IsReady(Node node) =>
        node.Status?.Conditions.Any(c => c is { Type: "Ready", Status: "True" }) == true
        && node.Spec?.Taints.Any(taint => taint.Key is "node.kubernetes.io/not-ready" or "node.kubernetes.io/unreachable") != true;

    private static async Task<bool> DefaultServiceAccountExistsAsync(ApiClient api, CancellationToken ct) =>
        await api.Resource<ServiceAccount>().GetAsync("default", "default", ct) is not null;

    private async Task UntilAsync(Func<Task<bool>> holds, CancellationToken ct)
    {
        while (!await AnswersAsync(holds)) await Task.Delay(Poll, time, ct);
    }

    // No answer yet, and "not found", both mean: not yet.
    private static async Task<bool> AnswersAsync(Func<Task<bool>> holds)
    {
        try
        {
            return await holds();
        }
        catch (ApiException exception) when (exception.Status.Code is 404 or 503 or 504)
        {
            return false;
        }
    }
}
