using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace MiniK8s.Lab.Processes;

/// <summary>A started process: its log goes to a file, and it ends when its standard input does.</summary>
/// <remarks>
/// The pipe to the child's standard input is the leash. Closing it asks the child to stop; the operating system closes it too when
/// the lab itself is killed, so no process outlives its lab.
/// </remarks>
internal sealed class ChildProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StreamWriter _log;
    private readonly Task _output;

    private ChildProcess(Process process, StreamWriter log)
    {
        _process = process;
        _log = log;
        _output = Task.WhenAll(CopyAsync(process.StandardOutput), CopyAsync(process.StandardError));
    }

    public int Id => _process.Id;

    /// <summary>Starts <paramref name="program"/>, under this machine's dotnet when it is an assembly; its output is appended to <paramref name="logFile"/>.</summary>
    /// <exception cref="InvalidOperationException">The process could not be started.</exception>
    public static ChildProcess Start(string program, IEnumerable<string> arguments, string logFile)
    {
        var isAssembly = program.EndsWith(".dll", StringComparison.Ordinal);
        var start = new ProcessStartInfo(isAssembly ? Dotnet : program, isAssembly ? [program, .. arguments] : arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };

        var log = new StreamWriter(new FileStream(logFile, FileMode.Append, FileAccess.Write, FileShare.ReadWrite)) { AutoFlush = true };
        try
        {
            return new ChildProcess(Process.Start(start)!, log);
        }
        catch (Win32Exception ex)
        {
            log.WriteLine(ex.Message);
            log.Dispose();
            throw new InvalidOperationException($"{program} could not be started", ex);
        }
    }

    /// <summary>Waits until the process has ended and returns its exit code.</summary>
    public async Task<int> WaitAsync(CancellationToken ct)
    {
        await _process.WaitForExitAsync(ct);
        return _process.ExitCode;
    }

    /// <summary>Asks the process to end, and ends it when it has not within <paramref name="patience"/>.</summary>
    public async Task StopAsync(TimeSpan patience, TimeProvider time)
    {
        CloseInput();
        using var timeout = new CancellationTokenSource(patience, time);
        try
        {
            await _process.WaitForExitAsync(timeout.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync(CancellationToken.None);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _output;
        await _log.DisposeAsync();
        _process.Dispose();
    }

    private static string Dotnet => Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet";

    private void CloseInput()
    {
        try
        {
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The child has ended already: there is nobody left to tell.
        }
    }

    private async Task CopyAsync(StreamReader from)
    {
        while (await from.ReadLineAsync() is { } line)
        {
            lock (_log) _log.WriteLine(line);   // two streams, one file
        }
    }
}
