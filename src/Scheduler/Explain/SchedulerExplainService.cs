using Google.Protobuf.WellKnownTypes;

using Grpc.Core;

using MiniK8s.Client.Informers;
using MiniK8s.Protocol.V1;
using MiniK8s.Scheduler.Framework;
using MiniK8s.Scheduler.Queue;

namespace MiniK8s.Scheduler.Explain;

/// <summary>minik8s.v1.SchedulerExplain: the attempts that are remembered, and where pods wait.</summary>
internal sealed class SchedulerExplainService(AttemptLog attempts, SchedulingQueue queue, Profiles profiles) : SchedulerExplain.SchedulerExplainBase
{
    /// <inheritdoc/>
    public override Task<Explanation> Get(GetExplanationRequest request, ServerCallContext context)
    {
        if (request.Name.Length == 0) throw ExplainErrors.NoName();
        var pod = new ObjectKey(request.Namespace.Length == 0 ? "default" : request.Namespace, request.Name);
        // The queue first: a pod that leaves it meanwhile has left its attempt behind.
        var explanation = new Explanation
        {
            SchedulerNames = { profiles.SchedulerNames },
            Since = Timestamp.FromDateTimeOffset(attempts.Since),
            Queue = queue.Find(pod) is { } place ? ExplainMessages.Of(place, profiles.Of(place.Pod).Plugins) : null,
            Attempt = attempts.Find(pod) is { } attempt ? ExplainMessages.Of(attempt) : null,
        };
        return Task.FromResult(explanation);
    }

    /// <inheritdoc/>
    public override async Task Watch(WatchAttemptsRequest request, IServerStreamWriter<AttemptEvent> responseStream, ServerCallContext context)
    {
        if (!attempts.TryWatch(attempt => Fits(request, attempt), out var opened)) throw ExplainErrors.TooManyWatches();
        using var watcher = opened;
        await context.WriteResponseHeadersAsync([]);
        await foreach (var (missed, attempt) in watcher.ReadAllAsync(context.CancellationToken))
        {
            await responseStream.WriteAsync(new AttemptEvent { Missed = missed, Attempt = ExplainMessages.Of(attempt) }, context.CancellationToken);
        }
    }

    private static bool Fits(WatchAttemptsRequest request, Attempt attempt) =>
        (request.Namespace.Length == 0 || request.Namespace == attempt.Pod.Namespace)
        && (request.Name.Length == 0 || request.Name == attempt.Pod.Name)
        && (request.Results.Count == 0 || request.Results.Contains(attempt.Outcome!.Result));
}
