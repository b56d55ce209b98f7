using Grpc.Core;
using Microsoft.Extensions.Hosting;
using MiniK8s.Hosting.Calls;
using MiniK8s.Protocol.Health.V1;
using static MiniK8s.Protocol.Health.V1.HealthCheckResponse.Types;

namespace MiniK8s.Hosting.Health;

/// <summary>gRPC's health protocol: every mapped service, and "" for the process, is SERVING when the process is ready.</summary>
/// <remarks>
/// When the process stops, a watch is told NOT_SERVING and then ends, so that it never holds up the shutdown.
/// Source: the gRPC health checking protocol (grpc/grpc doc/health-checking.md).
/// </remarks>
internal sealed class HealthService(ProcessHealth health, MappedServices services, IHostApplicationLifetime lifetime)
    : Protocol.Health.V1.Health.HealthBase
{
    private ServingStatus StatusNow =>
        health.IsReady && !lifetime.ApplicationStopping.IsCancellationRequested ? ServingStatus.Serving : ServingStatus.NotServing;

    public override Task<HealthCheckResponse> Check(HealthCheckRequest request, ServerCallContext context)
    {
        if (!IsKnown(request.Service)) throw CallErrors.NotFound($"unknown service {request.Service}");
        return Task.FromResult(new HealthCheckResponse { Status = StatusNow });
    }

    public override Task<HealthListResponse> List(HealthListRequest request, ServerCallContext context)
    {
        var answer = new HealthListResponse();
        foreach (var name in services.Names.Prepend("")) answer.Statuses[name] = new() { Status = StatusNow };
        return Task.FromResult(answer);
    }

    // The call's token fires at shutdown too, as for every stream (StreamsEndAtShutdown).
    public override async Task Watch(HealthCheckRequest request, IServerStreamWriter<HealthCheckResponse> responseStream, ServerCallContext context)
    {
        ServingStatus? told = null;
        while (true)
        {
            var change = health.WaitForChangeAsync(context.CancellationToken);
            var status = IsKnown(request.Service) ? StatusNow : ServingStatus.ServiceUnknown;
            if (status != told) await responseStream.WriteAsync(new() { Status = status });
            told = status;
            try
            {
                await change;
            }
            catch (OperationCanceledException) when (told == ServingStatus.Serving && lifetime.ApplicationStopping.IsCancellationRequested)
            {
                await responseStream.WriteAsync(new() { Status = ServingStatus.NotServing });
                throw;
            }
        }
    }

    private bool IsKnown(string service) => service.Length == 0 || services.Names.Contains(service);
}
