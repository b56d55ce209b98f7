using System.Diagnostics;

using MiniK8s.Lab.Processes;

namespace MiniK8s.Lab.Commands;

/// <summary>The checkout that this program was built from.</summary>
internal static class Repository
{
    /// <summary>Its folder: the nearest one above the program that holds the solution.</summary>
    /// <exception cref="LabException">The program does not lie in a checkout.</exception>
    public static string Root()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "MiniK8s.sln"))) return folder.FullName;
        }
        throw new LabException("This command works in a checkout of MiniK8s, beside MiniK8s.sln");
    }

    /// <summary>Runs dotnet in the checkout, its output going where ours goes, and returns its exit code.</summary>
    public static async Task<int> DotnetAsync(IEnumerable<string> arguments, CancellationToken ct)
    {
        using var dotnet = Process.Start(new ProcessStartInfo("dotnet", arguments) { WorkingDirectory = Root() })!;
        await ExitAsync(dotnet, ct);
        return dotnet.ExitCode;
    }

    /// <summary>Runs dotnet in the checkout and returns its exit code and what it printed, errors after the rest.</summary>
    public static async Task<(int ExitCode, string Output)> DotnetOutputAsync(IEnumerable<string> arguments, CancellationToken ct)
    {
        var start = new ProcessStartInfo("dotnet", arguments) { WorkingDirectory = Root(), RedirectStandardOutput = true, RedirectStandardError = true };
        using var dotnet = Process.Start(start)!;
        var (output, errors) = (dotnet.StandardOutput.ReadToEndAsync(ct), dotnet.StandardError.ReadToEndAsync(ct));
        await ExitAsync(dotnet, ct);
        return (dotnet.ExitCode, await output + await errors);
    }

    private static async Task ExitAsync(Process dotnet, CancellationToken ct)
    {
        try
        {
            await dotnet.WaitForExitAsync(ct);
        }
        catch (OperationCanceledException)
        {
            dotnet.Kill(entireProcessTree: true);
            throw;
        }
    }
}
