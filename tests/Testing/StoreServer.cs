using System.Diagnostics;

namespace MiniK8s.Testing;

/// <summary>The stores that speak etcd's API.</summary>
public enum StoreKind
{
    /// <summary>Ours, src/Store, in a process of its own.</summary>
    Ours,

    /// <summary>The machine's etcd.</summary>
    Etcd,
}

/// <summary>A store in a process of its own, over data of its own; it can be killed and started again at the same address.</summary>
/// <remarks>
/// Ours must have been built: see <see cref="StoreProgram"/>. Neither store's disk is asked to be slow: ours does not sync, and
/// what is tested with it is not durability.
/// </remarks>
public sealed class StoreServer : IAsyncDisposable
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);

    private readonly StoreKind _kind;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mk8s-store-");
    private readonly ReservedPort _port = ReservedPort.Take();
    private readonly ReservedPort _etcdPeers = ReservedPort.Take();
    private Process? _process;

    private StoreServer(StoreKind kind) => _kind = kind;

    /// <summary>For example http://127.0.0.1:20123.</summary>
    public string Endpoint => $"http://127.0.0.1:{_port.Number}";

    /// <summary>Starts one on a free port; it answers when this returns.</summary>
    public static async Task<StoreServer> StartAsync(StoreKind kind)
    {
        var server = new StoreServer(kind);
        await server.StartAsync();
        return server;
    }

    /// <summary>Starts it, for the first time or after <see cref="KillAsync"/>; it answers when this returns.</summary>
    public async Task StartAsync()
    {
        await (_kind == StoreKind.Ours ? StartOursAsync() : StartEtcdAsync());
    }

    /// <summary>As with kill -9: nothing is put in order.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync().OrMissing("the end of the killed store").ConfigureAwait(false);
        _process.Dispose();
        _process = null;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null) await KillAsync().ConfigureAwait(false);
        _port.Dispose();
        _etcdPeers.Dispose();
        _folder.Delete(recursive: true);
    }

    private async Task StartOursAsync()
    {
        var ports = Path.Combine(_folder.FullName, $"{Guid.NewGuid():N}.ports");
        Launch(StoreProgram.Start(
        [
            "--data-dir", Path.Combine(_folder.FullName, "data"),
            "--port", $"{_port.Number}", "--http-port", "0", "--ports-file", ports, "--fsync", "off", "--exit-on-stdin-close", "--log-level", "error",
        ]));
        await UntilAsync(() => Task.FromResult(File.Exists(ports))).ConfigureAwait(false);
    }

    private async Task StartEtcdAsync()
    {
        var peers = $"http://127.0.0.1:{_etcdPeers.Number}";
        Launch(new ProcessStartInfo(RequiredTool.Find("etcd") ?? "etcd",
        [
            "--data-dir", Path.Combine(_folder.FullName, "data"), "--listen-client-urls", Endpoint, "--advertise-client-urls", Endpoint,
            "--listen-peer-urls", peers, "--initial-advertise-peer-urls", peers, "--initial-cluster", $"default={peers}", "--log-level", "error",
        ]));
        using var http = new HttpClient();
        await UntilAsync(() => IsHealthyAsync(http)).ConfigureAwait(false);
    }

    private async Task<bool> IsHealthyAsync(HttpClient http)
    {
        try
        {
            using var answer = await http.GetAsync(new Uri($"{Endpoint}/health")).ConfigureAwait(false);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private void Launch(ProcessStartInfo start)
    {
        // Our store lives as long as its standard input; what either prints goes where the tests' output goes.
        start.RedirectStandardInput = true;
        _process = Process.Start(start)!;
    }

    private async Task UntilAsync(Func<Task<bool>> answers)
    {
        var began = Stopwatch.GetTimestamp();
        while (!await answers().ConfigureAwait(false))
        {
            if (_process!.HasExited) throw new InvalidOperationException($"The store ({_kind}) ended with {_process.ExitCode}.");
            if (Stopwatch.GetElapsedTime(began) > Patience.Limit) throw new TimeoutException($"Missing after {Patience.Limit.TotalSeconds} s: an answer of the store ({_kind}).");
            await Task.Delay(Poll).ConfigureAwait(false);
        }
    }
}
