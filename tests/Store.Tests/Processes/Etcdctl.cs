using System.Diagnostics;

namespace MiniK8s.Store.Tests.Processes;

/// <summary>The machine's own etcdctl, pointed at one server.</summary>
internal static class Etcdctl
{
    private static readonly string _patience = $"{(int)Patience.Limit.TotalSeconds - 5}s";

    /// <summary>Runs a command to its end and gives what it printed, errors last, without the client library's own log.</summary>
    public static async Task<string> RunAsync(string endpoint, string? input, params string[] arguments) =>
        (await RunToExitAsync(endpoint, input, Patience.Limit, arguments)).Output;

    /// <summary>Likewise, with the exit code, of a command that may take so long.</summary>
    public static Task<(string Output, int Code)> RunToExitAsync(string endpoint, TimeSpan limit, params string[] arguments) =>
        RunToExitAsync(endpoint, null, limit, arguments);

    private static async Task<(string Output, int Code)> RunToExitAsync(string endpoint, string? input, TimeSpan limit, string[] arguments)
    {
        using var process = Start(endpoint, arguments);
        if (input is not null) await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        try
        {
            await process.WaitForExitAsync().WaitAsync(limit);
        }
        catch (TimeoutException)
        {
            process.Kill();
            throw new TimeoutException($"Missing after {limit.TotalSeconds} s: the end of etcdctl {string.Join(' ', arguments)}.");
        }
        var lines = (await output + await errors).Split('\n').Where(line => !line.StartsWith("{\"level\"", StringComparison.Ordinal));
        return (string.Join('\n', lines).TrimEnd('\n'), process.ExitCode);
    }

    /// <summary>Starts a command that goes on until it is killed.</summary>
    /// <remarks>Its own limits (5 s a command, 2 s a connection) judge the machine, which may be busy: it gets nearly all of our patience.</remarks>
    public static Process Start(string endpoint, params string[] arguments) => Process.Start(new ProcessStartInfo(
        RequiredTool.Find("etcdctl")!,
        ["--endpoints", endpoint, "--command-timeout", _patience, "--dial-timeout", _patience, .. arguments])
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
        Environment = { ["ETCDCTL_API"] = "3" },
    })!;

    /// <summary>The next lines that a command prints.</summary>
    public static async Task<List<string>> ReadLinesAsync(Process process, int count)
    {
        var lines = new List<string>();
        while (lines.Count < count) lines.Add(await process.StandardOutput.ReadLineAsync().OrMissing($"line {lines.Count + 1}") ?? "(end)");
        return lines;
    }
}
