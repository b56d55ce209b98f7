using System.Diagnostics;
using System.Text.Json;

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
    private readonly string _etcdPeers = $"http://127.0.0.1:{FreePort.Find()}";
    private Process? _process;

    private StoreServer(StoreKind kind) => _kind = kind;

    /// <summary>For example http://127.0.0.1:40123.</summary>
    public string Endpoint { get; private set; } = "";

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
        _folder.Delete(recursive: true);
    }

    private async Task StartOursAsync()
    {
        var ports = Path.Combine(_folder.FullName, $"{Guid.NewGuid():N}.ports");
        var port = Endpoint.Length == 0 ? 0 : new Uri(Endpoint).Port;
        Launch("dotnet",
        [
            StoreProgram.Assembly, "--data-dir", Path.Combine(_folder.FullName, "data"),
            "--port", $"{port}", "--http-port", "0", "--ports-file", ports, "--fsync", "off", "--exit-on-stdin-close", "--log-level", "error",
        ]);
        await UntilAsync(() => Task.FromResult(File.Exists(ports))).ConfigureAwait(false);
        using var numbers = JsonDocument.Parse(await File.ReadAllTextAsync(ports).ConfigureAwait(false));
        Endpoint = $"http://127.0.0.1:{numbers.RootElement.GetProperty("port").GetInt32()}";
    }

    private async Task StartEtcdAsync()
    {
        if (Endpoint.Length == 0) Endpoint = $"http://127.0.0.1:{FreePort.Find()}";
        Launch(RequiredTool.Find("etcd") ?? "etcd",
        [
            "--data-dir", Path.Combine(_folder.FullName, "data"), "--listen-client-urls", Endpoint, "--advertise-client-urls", Endpoint,
            "--listen-peer-urls", _etcdPeers, "--initial-advertise-peer-urls", _etcdPeers, "--initial-cluster", $"default={_etcdPeers}", "--log-level", "error",
        ]);
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

    private void Launch(string program, string[] arguments)
    {
        // Our store lives as long as its standard input; what either prints goes where the tests' output goes.
        _process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardInput = true })!;
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
