using Grpc.Core;
using Grpc.Net.Client;

using MiniK8s.Api.Errors;
using MiniK8s.Client.Connection;
using MiniK8s.Client.Resources;
using MiniK8s.Lab.Processes;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.V1;

namespace MiniK8s.Lab.Commands.Why;

/// <summary>What is known of a Pod at the two places that know something.</summary>
/// <param name="Pod">As the apiserver has it; null where it is gone.</param>
/// <param name="Explanation">As the scheduler remembers it.</param>
internal sealed record KnownPod(Pod? Pod, Explanation Explanation);

/// <summary>Asks the scheduler and the apiserver for a Pod.</summary>
/// <remarks>What goes wrong is a <see cref="LabException"/> in words for the person at the terminal.</remarks>
internal sealed class WhySource(Uri scheduler, string kubeconfig, TimeProvider time)
{
    private const int MaxMessage = 256 << 20;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <exception cref="LabException">No such Pod, nor an attempt at one; or one of the two does not answer.</exception>
    public async Task<KnownPod> AskAsync(string ns, string name, CancellationToken ct)
    {
        var known = new KnownPod(await FindAsync(ns, name, ct), await ExplainAsync(ns, name, ct));
        return known is { Pod: null, Explanation.Attempt: null }
            ? throw new LabException($"There is no Pod {ns}/{name}, and the scheduler remembers no attempt at one")
            : known;
    }

    private async Task<Pod?> FindAsync(string ns, string name, CancellationToken ct)
    {
        if (!File.Exists(kubeconfig)) throw new LabException($"There is no {kubeconfig}: start a lab with `mk8s up`, or name the kubeconfig with --kubeconfig");
        using var connection = new ApiServerConnection(KubeConfig.Load(kubeconfig));
        try
        {
            return await new ApiClient(connection.CreateCallInvoker(), new ApiClientOptions(), time).Resource<Pod>().GetAsync(ns, name, ct);
        }
        catch (ApiException refusal) when (refusal.Code == 404)
        {
            return null;
        }
        catch (ApiException refusal)
        {
            throw new LabException($"The apiserver says: {refusal.Message}");
        }
    }

    private async Task<Explanation> ExplainAsync(string ns, string name, CancellationToken ct)
    {
        using var channel = GrpcChannel.ForAddress(scheduler, new GrpcChannelOptions { MaxReceiveMessageSize = MaxMessage });
        try
        {
            var request = new GetExplanationRequest { Namespace = ns, Name = name };
            var deadline = time.GetUtcNow().UtcDateTime + Patience;
            return await new SchedulerExplain.SchedulerExplainClient(channel).GetAsync(request, deadline: deadline, cancellationToken: ct);
        }
        catch (RpcException refusal)
        {
            ct.ThrowIfCancellationRequested();
            throw new LabException(refusal.StatusCode == StatusCode.Unavailable
                ? $"No scheduler answers at {scheduler.Authority}: start a lab with `mk8s up`, or name the scheduler with --scheduler"
                : $"The scheduler at {scheduler.Authority} says: {refusal.Status.Detail} ({refusal.StatusCode})");
        }
    }
}
