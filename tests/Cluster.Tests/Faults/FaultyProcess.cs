using System.Diagnostics;
using System.Text;

using MiniK8s.ClusterKit;

namespace MiniK8s.Cluster.Tests.Faults;

/// <summary>A process beside those of a lab that the test starts, lets die and starts again; what it does is noted in a file that outlives it.</summary>
internal abstract class FaultyProcess : IAsyncDisposable
{
    private const int Killed = 137;

    private readonly string _folder;
    private readonly string _program;
    private readonly StringBuilder _log = new();
    private Process? _process;
    private Task _output = Task.CompletedTask;

    /// <param name="lab">Its cluster.</param>
    /// <param name="name">Names its folder in the lab's.</param>
    /// <param name="program">The project of tests that wraps it.</param>
    protected FaultyProcess(Lab lab, string name, string program)
    {
        (Cluster, Name) = (lab, name);
        _folder = Directory.CreateDirectory(Path.Combine(lab.Folder, "faults", name)).FullName;
        _program = Path.Combine(Repository.Root, "tests", program, "bin", Repository.Configuration, "net10.0", $"MiniK8s.{program}.dll");
    }

    public string Name { get; }

    public string Log
    {
        get
        {
            lock (_log) return _log.ToString();
        }
    }

    protected Lab Cluster { get; }

    /// <summary>What the program has noted, over all its lives. A line that it is writing at this moment is not there yet.</summary>
    protected string[] Notes => File.Exists(CallsFile) ? File.ReadAllText(CallsFile).Split('\n')[..^1] : [];

    protected string CallsFile => FileOf("calls");

    /// <summary>The path of a file in the process's folder.</summary>
    public string FileOf(string name) => Path.Combine(_folder, name);

    /// <summary>What goes wrong in it is told together with what the process had to say.</summary>
    public async Task TellingAsync(Func<Task> story)
    {
        try
        {
            await story();
        }
        catch (Exception exception)
        {
            throw new InvalidOperationException($"{exception.Message} The log of {Name}: {Log}", exception);
        }
    }

    /// <summary>Returns once the process has died the death that was planned for it.</summary>
    public async Task DiedAsync()
    {
        var code = await EndedAsync();
        Assert.True(code == Killed, $"{Name} ended with {code}: {Log}");
    }

    /// <summary>Returns the exit code once the process has ended, of itself or otherwise.</summary>
    public async Task<int> EndedAsync()
    {
        using var patience = new CancellationTokenSource(Eventually.Patience);
        try
        {
            await _process!.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"{Name} lives on, so what was to end it has not come. Its log: {Log}");
        }
        await _output;
        return _process.ExitCode;
    }

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await DiedAsync();
    }

    /// <summary>kill -STOP: it is there and does nothing.</summary>
    public Task PauseAsync() => SignalAsync("STOP");

    /// <summary>kill -CONT, once it does stand still: one that has noted its pause has not stopped yet, and would not hear of it afterwards.</summary>
    public async Task GoOnAsync()
    {
        await Eventually.TrueAsync(IsStopped, $"{Name} stands still");
        await SignalAsync("CONT");
    }

    /// <summary>kill -TERM.</summary>
    public Task TerminateAsync() => SignalAsync("TERM");

    /// <summary>Whether the program has written this line.</summary>
    public bool HasNoted(string note) => Notes.Contains(note);

    public async ValueTask DisposeAsync()
    {
        if (_process is not { } process) return;
        if (!process.HasExited) process.Kill();
        await process.WaitForExitAsync();
        await _output;
        process.Dispose();
    }

    protected static string Pki(Lab lab) => Path.Combine(lab.Folder, "pki");

    protected void StartProcess(IEnumerable<string> arguments)
    {
        string[] all = [_program, .. arguments, "--port", "0", "--ports-file", FileOf("ports.json"), "--exit-on-stdin-close", "--calls-file", CallsFile];
        File.Delete(FileOf("ports.json"));
        _process = Process.Start(new ProcessStartInfo("dotnet", all) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
        _output = Task.WhenAll(KeepAsync(_process.StandardOutput), KeepAsync(_process.StandardError));
    }

    // The state follows the program's name, which stands in brackets.
    private bool IsStopped() => File.ReadAllText($"/proc/{_process!.Id}/stat").Split(") ")[^1].StartsWith('T');

    private async Task SignalAsync(string signal)
    {
        var sent = await Command.RunAsync("kill", [$"-{signal}", $"{_process!.Id}"]);
        Assert.True(sent.ExitCode == 0, sent.Error);
    }

    private async Task KeepAsync(StreamReader from)
    {
        while (await from.ReadLineAsync() is { } line)
        {
            lock (_log) _log.AppendLine(line);
        }
    }
}
