using System.Net;
using System.Net.Sockets;

namespace MiniK8s.Testing;

/// <summary>A loopback TCP port for a program that must be told its own, or come back at it: free, and no other test's until this is disposed.</summary>
/// <remarks>
/// Tests of several processes look for ports at once, and between the look and the moment at which the program listens there is time for two to
/// find the same; so is there while a killed program is down. Whoever takes one therefore holds its namesake among the UDP ports, which no program
/// here uses, and which the system gives up with the process. It lies below what systems give to outgoing connections, so that none of those has it.
/// </remarks>
public sealed class ReservedPort : IDisposable
{
    private readonly Socket _namesake;

    private ReservedPort(int number, Socket namesake) => (Number, _namesake) = (number, namesake);

    public int Number { get; }

    public static ReservedPort Take()
    {
        while (true)
        {
            if (TryTake(Random.Shared.Next(15_000, 30_000)) is { } port) return port;
        }
    }

    public void Dispose() => _namesake.Dispose();

    private static ReservedPort? TryTake(int number)
    {
        var namesake = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        using var listener = new TcpListener(IPAddress.Loopback, number);
        try
        {
            namesake.Bind(new IPEndPoint(IPAddress.Loopback, number));
            listener.Start();
            return new ReservedPort(number, namesake);
        }
        catch (SocketException)
        {
            // Somebody's; the next one may not be.
            namesake.Dispose();
            return null;
        }
    }
}
