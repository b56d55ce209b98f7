using System.Diagnostics;

namespace MiniK8s.ClusterKit;

/// <summary>A program run to its end.</summary>
public static class Command
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    /// <param name="input">What it finds on its standard input; null: nothing.</param>
    /// <param name="prepare">Sets its folder or environment.</param>
    public static async Task<CommandResult> RunAsync(string program, IEnumerable<string> arguments, string? input = null, Action<ProcessStartInfo>? prepare = null)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        prepare?.Invoke(start);
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        if (input is not null) await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{program} {string.Join(' ', start.ArgumentList)} has not ended after {Patience}; so far: {await output} {await error}");
        }
        return new CommandResult(process.ExitCode, await output, await error);
    }
}

public sealed record CommandResult(int ExitCode, string Output, string Error);
