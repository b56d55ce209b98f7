using System.IO.Pipelines;

using Microsoft.AspNetCore.Connections;

namespace MiniK8s.Store.EtcdServices;

/// <summary>Lets clients in whose <c>:authority</c> is a whole URL.</summary>
/// <remarks>
/// etcd's Go client up to 3.4 dials the endpoint of a status, hashkv, defrag or snapshot as it was given, so with
/// <c>--endpoints http://127.0.0.1:2379</c> it sends <c>:authority: http://127.0.0.1:2379</c>. Go's servers take that,
/// Kestrel resets the stream and has no setting for it. So the "://" is replaced in the connection's first request, before
/// Kestrel sees it, by as many characters of as many bits that may stand in a host: <c>httpx--127.0.0.1:2379</c>. Later
/// requests of the connection refer to that first one by HPACK index. See <see cref="FirstRequest"/> for the bytes.
/// </remarks>
internal static class SchemeInAuthority
{
    private const string Mark = "httpx--";

    /// <summary>The host without what stands for the scheme.</summary>
    public static string Strip(string host) => host.StartsWith(Mark, StringComparison.Ordinal) ? host[Mark.Length..] : host;

    /// <summary>Connection middleware for a port that speaks HTTP/2 alone.</summary>
    public static ConnectionDelegate Allow(ConnectionDelegate next) => async connection =>
    {
        var transport = connection.Transport;
        connection.Transport = new Pipes(new FirstRequestReader(transport.Input), transport.Output);
        try
        {
            await next(connection);
        }
        finally
        {
            connection.Transport = transport;
        }
    };

    private sealed record Pipes(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
