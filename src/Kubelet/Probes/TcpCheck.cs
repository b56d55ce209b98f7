using MiniK8s.Kubelet.Hooks;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.Probes;

/// <summary>Success when a connection comes about; it is closed at once [pkg/probe/tcp].</summary>
internal sealed class TcpCheck(Runtime.IPodNetwork network)
{
    public async Task<ProbeOutcome> RunAsync(TCPSocketAction action, Container container, string podIp, TimeSpan timeout, CancellationToken ct)
    {
        if (Ports.Resolve(action.Port, container) is not { } port) return new(ProbeVerdict.Error, Ports.Invalid(action.Port, container));
        var error = await network.TcpConnectAsync(action.Host.Length > 0 ? action.Host : podIp, port, timeout, ct);
        return error is null ? new(ProbeVerdict.Success) : new(ProbeVerdict.Failure, error.Message);
    }
}
