using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace MiniK8s.ApiServer.Tests.EndToEnd;

/// <summary>A real etcd that can be killed and started again over the same data.</summary>
internal sealed class EtcdProcess : IAsyncDisposable
{
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("mk8s-etcd-");
    private readonly string _peers = $"http://127.0.0.1:{FreePort()}";
    private Process? _process;

    public string Endpoint { get; } = $"http://127.0.0.1:{FreePort()}";

    public void Start() => _process = Process.Start(new ProcessStartInfo("etcd",
    [
        "--data-dir", _data.FullName, "--listen-client-urls", Endpoint, "--advertise-client-urls", Endpoint, "--listen-peer-urls", _peers,
        "--initial-advertise-peer-urls", _peers, "--initial-cluster", $"default={_peers}", "--log-level", "fatal",
    ]) { RedirectStandardError = true, RedirectStandardOutput = true })!;

    /// <summary>As with kill -9: nothing is put in order.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null) await KillAsync();
        _data.Delete(recursive: true);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
