using System.Net;
using System.Net.Sockets;

namespace MiniK8s.Testing;

/// <summary>A port for a server that cannot choose one by itself and say which.</summary>
public static class FreePort
{
    // Where systems give none to outgoing connections, nor to who asks for any port: those do not take it meanwhile.
    private const int First = 15_000;
    private const int End = 30_000;

    /// <summary>One that nobody listens on just now; by the time it is used somebody may.</summary>
    public static int Find()
    {
        while (true)
        {
            var port = Random.Shared.Next(First, End);
            using var listener = new TcpListener(IPAddress.Loopback, port);
            try
            {
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // In use; the next one may not be.
            }
        }
    }
}
