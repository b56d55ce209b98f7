using Grpc.Core;

using MiniK8s.ApiServer.Authorization;
using MiniK8s.ApiServer.Overload;
using MiniK8s.ApiServer.Services;
using MiniK8s.Protocol.V1;

namespace MiniK8s.ApiServer.Audit;

/// <summary>minik8s.v1.Audit: the records as a stream. Who may is asked of the authorizer under the method's path.</summary>
internal sealed class AuditService(AuditFeed feed, RequestGate gate, SlowClients slow) : Protocol.V1.Audit.AuditBase
{
    /// <inheritdoc/>
    public override Task Watch(WatchAuditRequest request, IServerStreamWriter<AuditEvent> responseStream, ServerCallContext context) =>
        Refusals.GuardAsync(() => WatchAsync(request, responseStream, context), context);

    private async Task WatchAsync(WatchAuditRequest request, IServerStreamWriter<AuditEvent> events, ServerCallContext call)
    {
        var http = call.GetHttpContext();
        gate.Enter(http, RequestAttributes.ForPath("watch", call.Method));
        using var watcher = feed.Watch(new AuditFilter(request));
        await call.WriteResponseHeadersAsync([]);
        await foreach (var (missed, record) in watcher.ReadAllAsync(call.CancellationToken))
        {
            await slow.SentAsync(http, events.WriteAsync(new AuditEvent { Missed = missed, Record = record }, call.CancellationToken));
        }
    }
}
