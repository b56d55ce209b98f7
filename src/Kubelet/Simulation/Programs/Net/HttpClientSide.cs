using MiniK8s.Kubelet.Runtime;
using MiniK8s.Kubelet.Simulation.Files;
using MiniK8s.Kubelet.Simulation.Network;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Net;

/// <summary>One HTTP exchange of a process.</summary>
internal static class HttpClientSide
{
    public static async Task<(VirtualResponse? Response, NetworkError? Error)> SendAsync(SimProcess self, Url url, VirtualRequest request, TimeSpan timeout)
    {
        self.Clock.GoLive();
        using var limit = timeout > TimeSpan.Zero ? new CancellationTokenSource(timeout, self.Kernel.Time) : new CancellationTokenSource();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, self.Killed);
        try
        {
            var dialled = await self.Kernel.Network.Network.DialAsync(self.Kernel.Network, url.Host, url.Port, TimeSpan.Zero, either.Token);
            if (dialled.Connection is not { } connection) return (null, dialled.Error);
            await using (connection)
            {
                await HttpWire.WriteRequestAsync(connection, request, either.Token);
                var response = await HttpWire.ReadResponseAsync(connection, request.Method != "HEAD", either.Token);
                return response is null ? (null, new NetworkError(NetworkErrorKind.Protocol, "Empty reply from server")) : (response, null);
            }
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !self.Killed.IsCancellationRequested)
        {
            return (null, new NetworkError(NetworkErrorKind.Timeout, "timed out"));
        }
        catch (BrokenPipe)
        {
            return (null, new NetworkError(NetworkErrorKind.Protocol, "Empty reply from server"));
        }
    }
}
