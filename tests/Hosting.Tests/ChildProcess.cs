using System.Diagnostics;
using System.Text.Json;

namespace MiniK8s.Hosting.Tests;

/// <summary>The sample process as a real child, its standard input held open by us.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private readonly string _portsFile = Path.Combine(Path.GetTempPath(), $"minik8s-ports-{Guid.NewGuid():N}.json");
    private readonly Process _process;

    public ChildProcess(params string[] args)
    {
        var sample = Path.Combine(AppContext.BaseDirectory, "MiniK8s.SampleProcess.dll");
        _process = Process.Start(new ProcessStartInfo("dotnet", [sample, "--ports-file", _portsFile, .. args])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        Output = _process.StandardOutput.ReadToEndAsync();
        Errors = _process.StandardError.ReadToEndAsync();
    }

    public Task<string> Output { get; }

    public Task<string> Errors { get; }

    public int Pid => _process.Id;

    public void CloseInput() => _process.StandardInput.Close();

    public async Task<Dictionary<string, int>> PortsAsync()
    {
        // Looked for, not watched for: a rename is told in two halves, and a watcher that waits in vain for the second tells of no rename.
        await Patience.UntilAsync(() => File.Exists(_portsFile), "the ports file");
        return JsonSerializer.Deserialize<Dictionary<string, int>>(await File.ReadAllTextAsync(_portsFile))!;
    }

    public async Task<int> ExitCodeAsync()
    {
        await _process.WaitForExitAsync().OrMissing("the end of the child");
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        File.Delete(_portsFile);
    }
}
