using MiniK8s.Api.Errors;
using MiniK8s.Kubelet.Runtime;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.Probes;

/// <summary>grpc.health.v1.Health/Check at the pod's address; SERVING is success [pkg/probe/grpc].</summary>
internal sealed class GrpcCheck(IPodNetwork network)
{
    public async Task<ProbeOutcome> RunAsync(GRPCAction action, string podIp, TimeSpan timeout, CancellationToken ct)
    {
        var answer = await network.GrpcHealthAsync(podIp, action.Port, action.Service, timeout, ct);
        return (answer.Status, answer.Error) switch
        {
            (_, { Kind: NetworkErrorKind.Protocol } error) => new(ProbeVerdict.Failure, $"error: health rpc failed: {error.Message}"),
            (_, not null) => new(ProbeVerdict.Failure, $"timeout: failed to connect service \"{podIp}:{action.Port}\" within {GoText.Duration(timeout)}: context deadline exceeded"),
            (GrpcHealthStatus.Serving, _) => new(ProbeVerdict.Success),
            (GrpcHealthStatus.NotServing, _) => new(ProbeVerdict.Failure, "service unhealthy (responded with \"NOT_SERVING\")"),
            (GrpcHealthStatus.Unimplemented, _) => new(
                ProbeVerdict.Failure, "error: this server does not implement the grpc health protocol (grpc.health.v1.Health): unknown service grpc.health.v1.Health"),
            (GrpcHealthStatus.ServiceUnknown, _) => new(ProbeVerdict.Failure, "error: health rpc failed: rpc error: code = NotFound desc = unknown service"),
            _ => new(ProbeVerdict.Failure, "service unhealthy (responded with \"UNKNOWN\")"),
        };
    }
}
