using System.Diagnostics;
using System.Text.Json;

using Grpc.Net.Client;

using MiniK8s.Protocol.Etcd;

namespace MiniK8s.Store.Tests.Processes;

/// <summary>A server of the etcd API in a process of its own: ours, or the machine's etcd.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly ReservedPort[] _ports;
    private readonly List<string> _output = [];

    private ServerProcess(ProcessStartInfo start, params ReservedPort[] ports)
    {
        _ports = ports;
        (start.RedirectStandardOutput, start.RedirectStandardError, start.RedirectStandardInput) = (true, true, true);
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public GrpcChannel Channel { get; private set; } = null!;

    public KV.KVClient Kv => new(Channel);

    public Protocol.Etcd.Watch.WatchClient Watch => new(Channel);

    public Lease.LeaseClient Lease => new(Channel);

    /// <summary>host:port of the etcd API.</summary>
    public string Endpoint { get; private set; } = "";

    /// <summary>Port of /health and /metrics; 0 of a real etcd.</summary>
    public int HttpPort { get; private set; }

    public int ExitCode => _process.ExitCode;

    /// <summary>Processor time since its start, which says what it has done however busy the machine is.</summary>
    public TimeSpan Cpu
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Memory in use now.</summary>
    public long ResidentBytes
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    public string Output
    {
        get
        {
            lock (_output) return string.Join('\n', _output);
        }
    }

    /// <summary>Our store, on free ports; ready when this returns.</summary>
    public static async Task<ServerProcess> StartStoreAsync(string dataDirectory, params string[] flags)
    {
        var ports = Path.Combine(dataDirectory, "..", $"{Path.GetFileName(dataDirectory)}.{Guid.NewGuid():N}.ports");
        var server = StartUnready(dataDirectory, ["--ports-file", ports, .. flags]);
        await server.ReadyAsync(ports);
        return server;
    }

    /// <summary>Waits until our store listens; it was started with this --ports-file.</summary>
    /// <exception cref="InvalidOperationException">It ended instead.</exception>
    public async Task ReadyAsync(string ports)
    {
        while (!File.Exists(ports))
        {
            if (_process.HasExited) throw new InvalidOperationException($"The store ended with {ExitCode}:\n{Output}");
            await Task.Delay(20);
        }
        using var numbers = JsonDocument.Parse(await File.ReadAllTextAsync(ports));
        File.Delete(ports);
        HttpPort = numbers.RootElement.GetProperty("http-port").GetInt32();
        Connect(numbers.RootElement.GetProperty("port").GetInt32());
    }

    /// <summary>Our store, not waited for: it may well refuse to start.</summary>
    public static ServerProcess StartUnready(string dataDirectory, params string[] flags) => new(StoreProgram.Start(
        ["--data-dir", dataDirectory, "--port", "0", "--http-port", "0", "--exit-on-stdin-close", .. flags]));

    /// <summary>The machine's etcd, on free ports; ready when this returns.</summary>
    public static async Task<ServerProcess> StartEtcdAsync(string dataDirectory, params string[] flags)
    {
        var (client, peer) = (ReservedPort.Take(), ReservedPort.Take());
        var (clientUrl, peerUrl) = ($"http://127.0.0.1:{client.Number}", $"http://127.0.0.1:{peer.Number}");
        var server = new ServerProcess(new ProcessStartInfo(RequiredTool.Find("etcd")!,
        [
            "--data-dir", dataDirectory, "--listen-client-urls", clientUrl, "--advertise-client-urls", clientUrl,
            "--listen-peer-urls", peerUrl, "--initial-advertise-peer-urls", peerUrl, "--initial-cluster", $"default={peerUrl}", .. flags,
        ]), client, peer);
        server.Connect(client.Number);
        while (true)
        {
            try
            {
                await server.Kv.RangeAsync(new RangeRequest { Key = Google.Protobuf.ByteString.CopyFromUtf8("ready") });
                return server;
            }
            catch (Grpc.Core.RpcException) when (!server._process.HasExited)
            {
                await Task.Delay(50);
            }
        }
    }

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync().OrMissing("the end of the killed process");
    }

    /// <summary>SIGSTOP (<c>STOP</c>) or SIGCONT (<c>CONT</c>): the process stands still, or goes on.</summary>
    public async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{_process.Id}"]);
        await kill.WaitForExitAsync().OrMissing($"the end of kill -{signal}");
    }

    /// <summary>An orderly stop; gives the exit code.</summary>
    public async Task<int> StopAsync()
    {
        _process.StandardInput.Close();
        return await ExitAsync();
    }

    /// <summary>Waits for the process to end by itself.</summary>
    public async Task<int> ExitAsync()
    {
        await _process.WaitForExitAsync().OrMissing("the end of the process");
        return ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) await KillAsync();
        Channel?.Dispose();
        _process.Dispose();
        foreach (var port in _ports) port.Dispose();
    }

    private void Connect(int port)
    {
        Endpoint = $"127.0.0.1:{port}";
        Channel = GrpcChannel.ForAddress($"http://{Endpoint}", new GrpcChannelOptions { MaxReceiveMessageSize = null, MaxRetryAttempts = null });
    }

    private void Keep(string? line)
    {
        if (line is null) return;
        lock (_output) _output.Add(line);
    }
}
