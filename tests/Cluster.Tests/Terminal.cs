using System.Diagnostics;
using System.Text;

using MiniK8s.ClusterKit;

namespace MiniK8s.Cluster.Tests;

/// <summary>A program on a terminal of 99 columns and 33 rows, with somebody typing: script(1) makes the terminal.</summary>
internal sealed class Terminal : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _seen = new();       // its own lock
    private readonly Task _reading;

    private Terminal(string command)
    {
        _process = Process.Start(new ProcessStartInfo("script", ["-qefc", $"stty rows 33 cols 99; exec {command}", "/dev/null"])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        _reading = ReadAsync();
    }

    /// <summary>All that has been shown, without carriage returns.</summary>
    public string Seen
    {
        get { lock (_seen) return _seen.ToString().Replace("\r", "", StringComparison.Ordinal); }
    }

    public static Terminal Kubectl(Lab lab, string arguments) => new($"kubectl --kubeconfig {lab.Kubeconfig} {arguments}");

    public async Task TypeAsync(string text)
    {
        await _process.StandardInput.WriteAsync(text);
        await _process.StandardInput.FlushAsync();
    }

    /// <summary>Until the text has been shown.</summary>
    public Task ShowsAsync(string text) => Eventually.GetAsync(() => Task.FromResult<string?>(Seen), seen => seen.Contains(text, StringComparison.Ordinal), $"{text} on the terminal");

    /// <summary>The program's exit code, once it has ended.</summary>
    public async Task<int> EndAsync()
    {
        using var patience = new CancellationTokenSource(Eventually.Patience);
        await _process.WaitForExitAsync(patience.Token);
        await _reading;
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        await _reading;
        _process.Dispose();
    }

    private async Task ReadAsync()
    {
        var buffer = new char[1024];
        while (await _process.StandardOutput.ReadAsync(buffer) is var count and > 0)
            lock (_seen) _seen.Append(buffer, 0, count);
    }
}
