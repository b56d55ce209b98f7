using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;

using Google.Protobuf;

using Grpc.Core;
using Grpc.Net.Client;

using MiniK8s.Protocol.Etcd;
using MiniK8s.Robustness.Tests.History;
using MiniK8s.Robustness.Tests.Runs;

namespace MiniK8s.Robustness.Tests.Faults;

/// <summary>The server that a run is against, ours or an etcd, through all its processes. It may be killed, paused and started again.</summary>
internal sealed class TestServer(string directory, bool isEtcd, HistoryRecorder recorder) : IAsyncDisposable
{
    private readonly Lock _gate = new();        // guards _up and _output
    private readonly List<string> _output = [];
    private readonly List<GrpcChannel> _channels = [];
    private readonly ReservedPort[] _etcdPorts = isEtcd ? [ReservedPort.Take(), ReservedPort.Take()] : [];
    private TaskCompletionSource<ServerConnection> _up = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Process? _process;

    /// <summary>Whether it is an etcd.</summary>
    public bool IsEtcd => isEtcd;

    /// <summary>Where its data are.</summary>
    public string DataDirectory => Path.Combine(directory, "data");

    /// <summary>What its processes printed.</summary>
    public string Output
    {
        get
        {
            lock (_gate) return string.Join('\n', _output.TakeLast(60));
        }
    }

    /// <summary>The way to the server; waits while it is known to be down.</summary>
    public Task<ServerConnection> ConnectAsync()
    {
        lock (_gate) return _up.Task;
    }

    /// <summary>Starts a process; ready when this returns. Flags are for our store alone.</summary>
    /// <exception cref="InvalidOperationException">It ended before it was ready; says what it printed.</exception>
    public async Task StartAsync(params string[] flags)
    {
        if (await TryStartAsync(flags)) return;
        await EndedAsync();
        throw new InvalidOperationException($"The server ended with {_process!.ExitCode} before it was ready:\n{Output}");
    }

    /// <summary>Starts a process that may end before it is ready.</summary>
    /// <returns>Whether it became ready.</returns>
    public async Task<bool> TryStartAsync(params string[] flags)
    {
        var ports = Path.Combine(directory, $"{Guid.NewGuid():N}.ports");
        var launched = recorder.Now;
        _process = Launch(isEtcd ? EtcdStart() : StoreStart(ports, flags));
        var port = isEtcd ? _etcdPorts[0].Number : await ReadPortAsync(ports, _process);
        if (port is { } open && await AnswersAsync(open, _process) is { } connection)
        {
            recorder.Add(new ProcessStartLine(launched, recorder.Now));
            lock (_gate) _up.SetResult(connection);
            return true;
        }
        recorder.Add(new FaultLine("ended at the start", launched, recorder.Now));
        return false;
    }

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        var start = recorder.Now;
        CloseGate();
        _process!.Kill();
        await EndedAsync();
        recorder.Add(new FaultLine("kill", start, recorder.Now));
    }

    /// <summary>An orderly stop.</summary>
    public async Task StopAsync()
    {
        var start = recorder.Now;
        CloseGate();
        if (isEtcd) Signal(15);
        else _process!.StandardInput.Close();
        await EndedAsync();
        recorder.Add(new FaultLine("stop", start, recorder.Now));
    }

    /// <summary>Waits for the process to end by itself.</summary>
    public async Task EndedAsync()
    {
        await _process!.WaitForExitAsync().OrMissing("the end of the server's process");
        CloseGate();
        recorder.Add(new ProcessEndLine(recorder.Now, _process.ExitCode));
    }

    /// <summary>Waits for the process to end at the failpoint it was started with, which traffic has to get it to.</summary>
    /// <exception cref="TooSlowException">It does not within two minutes.</exception>
    public async Task KilledItselfAsync()
    {
        try
        {
            await _process!.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(2));
        }
        catch (TimeoutException)
        {
            throw new TooSlowException("too slow to judge: the server did not get to its failpoint in 120 s");
        }
        await EndedAsync();
    }

    /// <summary>The process stands still for a while; its clock does not.</summary>
    public async Task PauseAsync(TimeSpan length)
    {
        var start = recorder.Now;
        Signal(19);
        await Task.Delay(length);
        Signal(18);
        recorder.Add(new FaultLine("pause", start, recorder.Now));
    }

    /// <summary>Notes in the history that the server is slow until this is disposed.</summary>
    public IDisposable Slow() => new SlowStretch(recorder);

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
        {
            Signal(18);
            _process.Kill();
            await _process.WaitForExitAsync();
        }
        foreach (var channel in _channels) channel.Dispose();
        foreach (var port in _etcdPorts) port.Dispose();
        _process?.Dispose();
    }

    private static ProcessStartInfo StoreStart(string ports, string[] flags, string data) => StoreProgram.Start(
    [
        "--data-dir", data, "--port", "0", "--http-port", "0", "--ports-file", ports,
        "--exit-on-stdin-close", "--watch-progress-notify-interval", "100ms", .. LogDump.FlagsToKeepEverything, .. flags,
    ]);

    private ProcessStartInfo StoreStart(string ports, string[] flags) => StoreStart(ports, flags, DataDirectory);

    private ProcessStartInfo EtcdStart()
    {
        var (client, peer) = ($"http://127.0.0.1:{_etcdPorts[0].Number}", $"http://127.0.0.1:{_etcdPorts[1].Number}");
        return new(RequiredTool.Find("etcd")!,
        [
            "--data-dir", DataDirectory, "--listen-client-urls", client, "--advertise-client-urls", client, "--listen-peer-urls", peer,
            "--initial-advertise-peer-urls", peer, "--initial-cluster", $"default={peer}", "--logger", "zap",
        ]);
    }

    private Process Launch(ProcessStartInfo start)
    {
        (start.RedirectStandardOutput, start.RedirectStandardError, start.RedirectStandardInput) = (true, true, true);
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    // Null when the process has ended.
    private static async Task<int?> ReadPortAsync(string ports, Process process)
    {
        while (!File.Exists(ports))
        {
            if (process.HasExited) return null;
            await Task.Delay(20);
        }
        using var numbers = JsonDocument.Parse(await File.ReadAllTextAsync(ports));
        File.Delete(ports);
        return numbers.RootElement.GetProperty("port").GetInt32();
    }

    // Null when the process has ended.
    private async Task<ServerConnection?> AnswersAsync(int port, Process process)
    {
        var channel = GrpcChannel.ForAddress($"http://127.0.0.1:{port}", new GrpcChannelOptions { MaxReceiveMessageSize = null });
        _channels.Add(channel);
        var connection = new ServerConnection(channel);
        while (!process.HasExited)
        {
            try
            {
                await connection.Kv.RangeAsync(new RangeRequest { Key = ByteString.CopyFromUtf8("ready") });
                return connection;
            }
            catch (RpcException)
            {
                await Task.Delay(50);
            }
        }
        return null;
    }

    // Who calls from now on waits for the next process; calls under way are not touched.
    private void CloseGate()
    {
        lock (_gate)
        {
            if (_up.Task.IsCompleted) _up = new TaskCompletionSource<ServerConnection>(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    private void Signal(int number)
    {
        if (Kill(_process!.Id, number) != 0) throw new InvalidOperationException($"signal {number} could not be sent (errno {Marshal.GetLastPInvokeError()})");
    }

    private void Keep(string? line)
    {
        if (line is null) return;
        lock (_gate) _output.Add(line);
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int process, int signal);
}

/// <summary>A stretch of time in which the server is slow on purpose.</summary>
internal sealed class SlowStretch(HistoryRecorder recorder) : IDisposable
{
    private readonly long _start = recorder.Now;

    /// <inheritdoc />
    public void Dispose() => recorder.Add(new FaultLine("slow disk", _start, recorder.Now));
}

/// <summary>etcd's services behind one channel. No call is ever retried: a failed write's outcome is open.</summary>
internal sealed class ServerConnection(ChannelBase channel)
{
    /// <summary>Keys.</summary>
    public KV.KVClient Kv { get; } = new(channel);

    /// <summary>Watches.</summary>
    public Watch.WatchClient Watch { get; } = new(channel);

    /// <summary>Leases.</summary>
    public Lease.LeaseClient Lease { get; } = new(channel);

    /// <summary>Hashes.</summary>
    public Maintenance.MaintenanceClient Maintenance { get; } = new(channel);
}
