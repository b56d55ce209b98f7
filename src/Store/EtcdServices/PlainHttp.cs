using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;

using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace MiniK8s.Store.EtcdServices;

/// <summary>Answers plain HTTP/1.1 on the port of the etcd API, as etcd does: <c>curl localhost:2379/version</c>, /health, /metrics.</summary>
/// <remarks>
/// Without TLS Kestrel serves either HTTP/1.1 or HTTP/2 on a port. So a connection that does not begin as HTTP/2 does is
/// handed on, byte by byte, to the process's own HTTP port.
/// </remarks>
internal static class PlainHttp
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(30);

    private static ReadOnlySpan<byte> Preface => "PRI "u8;

    /// <summary>Connection middleware; <paramref name="target"/> is asked at each such connection.</summary>
    public static ConnectionDelegate Forward(ConnectionDelegate next, Func<IPEndPoint> target, TimeProvider time) => async connection =>
    {
        var stopping = connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested ?? connection.ConnectionClosed;
        if (await BeginsAsHttp2Async(connection.Transport.Input, time, stopping) is not { } isHttp2) return;
        if (isHttp2) await next(connection);
        else await CopyAsync(connection.Transport, target(), stopping);
    };

    // Null when the caller sent nothing, or too little, and went away or took too long.
    private static async Task<bool?> BeginsAsHttp2Async(PipeReader input, TimeProvider time, CancellationToken stopping)
    {
        using var late = new CancellationTokenSource(_patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, stopping);
        try
        {
            while (true)
            {
                var result = await input.ReadAsync(either.Token);
                var begin = result.Buffer.Slice(0, long.Min(result.Buffer.Length, Preface.Length)).ToArray();
                var fits = Preface.StartsWith(begin);
                var isDecided = !fits || begin.Length == Preface.Length;
                input.AdvanceTo(result.Buffer.Start, isDecided ? result.Buffer.Start : result.Buffer.End);
                if (isDecided) return fits;
                if (result.IsCompleted) return null;
            }
        }
        catch (Exception ex) when (ex is OperationCanceledException or ConnectionResetException or ConnectionAbortedException)
        {
            return null;
        }
    }

    private static async Task CopyAsync(IDuplexPipe caller, IPEndPoint target, CancellationToken stopping)
    {
        using var socket = new Socket(target.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        try
        {
            await socket.ConnectAsync(target, ended.Token);
            await using var stream = new NetworkStream(socket);
            var there = caller.Input.CopyToAsync(stream, ended.Token);
            var back = stream.CopyToAsync(caller.Output, ended.Token);
            await Task.WhenAny(there, back);
            await ended.CancelAsync();      // whoever ended it, the other way has nobody left
            await Task.WhenAll(there, back);
        }
        catch (Exception ex) when (ex is OperationCanceledException or IOException or SocketException)
        {
            // Either side went away; the connection ends with it.
        }
    }
}
