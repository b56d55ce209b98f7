using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

using Grpc.Core;
using Grpc.Net.Client;

using MiniK8s.ClusterKit;
using MiniK8s.Protocol.Etcd;
using MiniK8s.Testing;

namespace MiniK8s.Load.Stores;

/// <summary>A server of the etcd API in a process of its own, on a free port and an empty data directory: our store, or the machine's etcd.</summary>
internal sealed class EtcdApiServer : IAsyncDisposable
{
    private const long Quota = 8L << 30;

    // The kernel counts in hundredths of a second, and an etcd at rest uses one now and then.
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Idle = TimeSpan.FromMilliseconds(20);

    private readonly Process _process;
    private readonly string _folder;

    private EtcdApiServer(string name, string folder, Uri address, ProcessStartInfo start)
    {
        (Name, _folder, Address) = (name, folder, address);
        (start.RedirectStandardOutput, start.RedirectStandardError) = (true, true);
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, _) => { };
        _process.ErrorDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public string Name { get; }

    public Uri Address { get; }

    /// <summary>CPU time since its start, kernel included.</summary>
    public TimeSpan Cpu
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>CPU time when the server has nothing left to do for what it was asked: what it puts off counts too. After 30 s as it is.</summary>
    public async Task<TimeSpan> CpuAtRestAsync()
    {
        var last = Cpu;
        for (var looks = 0; looks < 60; looks++)
        {
            await Task.Delay(Look);
            var now = Cpu;
            if (now - last <= Idle) return now;
            last = now;
        }
        return last;
    }

    /// <summary>Resident memory now, in bytes.</summary>
    public long Memory
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    public static Task<EtcdApiServer> StartStoreAsync()
    {
        var (folder, port) = (Directory.CreateTempSubdirectory("mk8s-bench-").FullName, FreePort());
        string[] arguments =
        [
            "--data-dir", $"{folder}/data", "--port", $"{port}", "--http-port", "0", "--quota-backend-bytes", $"{Quota}",
        ];
        return ReadyAsync(new EtcdApiServer("store", folder, new Uri($"http://127.0.0.1:{port}"), StoreProgram.Start(arguments)));
    }

    public static Task<EtcdApiServer> StartEtcdAsync()
    {
        var (folder, port) = (Directory.CreateTempSubdirectory("mk8s-bench-").FullName, FreePort());
        var (client, peer) = ($"http://127.0.0.1:{port}", $"http://127.0.0.1:{FreePort()}");
        string[] arguments =
        [
            "--name", "default", "--data-dir", $"{folder}/data", "--listen-client-urls", client, "--advertise-client-urls", client, "--listen-peer-urls", peer,
            "--initial-advertise-peer-urls", peer, "--initial-cluster", $"default={peer}", "--log-level", "error", "--quota-backend-bytes", $"{Quota}",
        ];
        return ReadyAsync(new EtcdApiServer("etcd", folder, new Uri(client), new ProcessStartInfo("etcd", arguments)));
    }

    /// <summary>A connection of its own.</summary>
    public GrpcChannel Connect() => GrpcChannel.ForAddress(Address, new GrpcChannelOptions { MaxReceiveMessageSize = null, MaxRetryAttempts = null });

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static async Task<EtcdApiServer> ReadyAsync(EtcdApiServer server)
    {
        using var channel = server.Connect();
        var maintenance = new Maintenance.MaintenanceClient(channel);
        await Eventually.TrueAsync(() => AnswersAsync(maintenance), $"{server.Name} answers");
        return server;
    }

    private static async Task<bool> AnswersAsync(Maintenance.MaintenanceClient maintenance)
    {
        try
        {
            return (await maintenance.StatusAsync(new StatusRequest())).Leader != 0;
        }
        catch (RpcException ex) when (ex.StatusCode == StatusCode.Unavailable)
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
