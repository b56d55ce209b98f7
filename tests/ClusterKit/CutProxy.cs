using System.Net;
using System.Net.Sockets;

namespace MiniK8s.ClusterKit;

/// <summary>A wire between two processes that a test can cut and mend; what runs over it is bytes to it.</summary>
/// <remarks>
/// <see cref="Reset"/> ends every connection at once and refuses new ones: both ends hear of it. <see cref="BlackHole"/> leaves them open
/// and swallows what is sent, so that each end finds out by itself. After either, only connections made later go through.
/// </remarks>
public sealed class CutProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly IPEndPoint _target;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;
    private readonly Lock _gate = new();     // guards the two below: a wire that is made while the state changes is one of the old or of the new
    private readonly HashSet<Wire> _wires = [];
    private State _state;

    /// <param name="target">A server on this machine.</param>
    public CutProxy(int target)
    {
        _target = new IPEndPoint(IPAddress.Loopback, target);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    private enum State
    {
        Whole,
        Reset,
        BlackHole,
    }

    /// <summary>Where it listens.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public void Reset()
    {
        foreach (var wire in Become(State.Reset)) wire.Break();
    }

    public void BlackHole()
    {
        foreach (var wire in Become(State.BlackHole)) wire.Swallows = true;
    }

    /// <summary>Later connections go through; those that were swallowed end now, as they would at a router that has come back.</summary>
    public void Mend()
    {
        foreach (var wire in Become(State.Whole).Where(wire => wire.Swallows)) wire.Break();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var wire in Become(State.Reset)) wire.Break();
        _stop.Dispose();
    }

    // Returns the wires that were made before.
    private Wire[] Become(State state)
    {
        lock (_gate)
        {
            _state = state;
            return [.. _wires];
        }
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            var near = await _listener.AcceptSocketAsync(_stop.Token);
            _ = ServeAsync(new Wire(near));
        }
    }

    private async Task ServeAsync(Wire wire)
    {
        try
        {
            if (!TryAdd(wire)) return;
            await wire.RunAsync(_target);
        }
        catch (SocketException)
        {
            // One end has gone.
        }
        catch (ObjectDisposedException)
        {
            // Cut.
        }
        finally
        {
            wire.Break();
            lock (_gate) _wires.Remove(wire);
        }
    }

    // False: it is refused.
    private bool TryAdd(Wire wire)
    {
        lock (_gate)
        {
            wire.Swallows = _state == State.BlackHole;
            return _state != State.Reset && _wires.Add(wire);
        }
    }

    private sealed class Wire(Socket near)
    {
        private readonly Socket _far = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        private volatile bool _swallows;

        public bool Swallows
        {
            get => _swallows;
            set => _swallows = value;
        }

        public async Task RunAsync(IPEndPoint target)
        {
            near.NoDelay = true;
            await _far.ConnectAsync(target);
            await Task.WhenAny(CopyAsync(near, _far), CopyAsync(_far, near));
        }

        /// <summary>Ends both sides with a reset.</summary>
        public void Break()
        {
            near.Close(0);
            _far.Close(0);
        }

        private async Task CopyAsync(Socket from, Socket to)
        {
            var buffer = new byte[16 << 10];
            for (int read; (read = await from.ReceiveAsync(buffer)) > 0;)
            {
                for (var sent = 0; sent < read && !Swallows;) sent += await to.SendAsync(buffer.AsMemory(sent, read - sent));
            }
        }
    }
}
