using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace MiniK8s.ClusterKit;

/// <summary>Debian's etcd, one member, on ports of its own.</summary>
public sealed class RealEtcd : IAsyncDisposable
{
    private readonly Process _process;
    private readonly string _folder;

    private RealEtcd(Process process, string folder, string address) => (_process, _folder, Address) = (process, folder, address);

    public string Address { get; }

    public static async Task<RealEtcd> StartAsync()
    {
        var folder = Directory.CreateTempSubdirectory("mk8s-etcd-").FullName;
        var (client, peer) = ($"http://127.0.0.1:{FreePort()}", $"http://127.0.0.1:{FreePort()}");
        string[] arguments =
        [
            "--name", "default", "--data-dir", folder, "--listen-client-urls", client, "--advertise-client-urls", client, "--listen-peer-urls", peer,
            "--initial-advertise-peer-urls", peer, "--initial-cluster", $"default={peer}", "--log-level", "error",
        ];
        var process = Process.Start(new ProcessStartInfo("etcd", arguments) { RedirectStandardError = true })!;
        _ = process.StandardError.ReadToEndAsync();
        using var http = new HttpClient();
        await Eventually.TrueAsync(() => AnswersAsync(http, $"{client}/health"), "etcd is healthy");
        return new RealEtcd(process, folder, client);
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static async Task<bool> AnswersAsync(HttpClient http, string address)
    {
        try
        {
            return (await http.GetAsync(new Uri(address))).IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
