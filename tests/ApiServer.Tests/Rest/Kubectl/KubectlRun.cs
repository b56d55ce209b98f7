using System.Diagnostics;


namespace MiniK8s.ApiServer.Tests.Rest.Kubectl;

/// <summary>The real kubectl against one server, with its caches in a folder of its own.</summary>
/// <param name="connection">The flags that name the server and the user.</param>
internal sealed class KubectlRun(params string[] connection) : IDisposable
{
    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("mk8s-kubectl-");

    /// <summary>Runs one command and gives its exit code and what it printed, standard output before standard error.</summary>
    public async Task<(int Code, string Output)> RunAsync(string arguments, string? input = null)
    {
        using var process = Start(arguments);
        if (input is not null) await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        try
        {
            await process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));
        }
        catch (TimeoutException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"kubectl {arguments} has not ended: {await output}{await error}");
        }
        return (process.ExitCode, await output + await error);
    }

    /// <summary>Runs a command that must succeed and gives what it printed.</summary>
    public async Task<string> OkAsync(string arguments, string? input = null)
    {
        var (code, output) = await RunAsync(arguments, input);
        Assert.True(code == 0, $"kubectl {arguments} ended with {code}: {output}");
        return output;
    }

    /// <summary>Starts a command that goes on; the caller ends it.</summary>
    public Process Start(string arguments)
    {
        var start = new ProcessStartInfo(RequiredTool.Find("kubectl") ?? "kubectl", [.. connection, .. Words(arguments)])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["HOME"] = _home.FullName;
        start.Environment["KUBECONFIG"] = Path.Combine(_home.FullName, "none");
        start.Environment["KUBECACHEDIR"] = Path.Combine(_home.FullName, "cache");
        return Process.Start(start)!;
    }

    // Blanks part the words, except between single quotes.
    private static IEnumerable<string> Words(string line) =>
        line.Split('\'').SelectMany((part, i) => i % 2 == 1 ? [part] : part.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    public void Dispose() => _home.Delete(recursive: true);
}
