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
        try
        {
            await dotnet.WaitForExitAsync(ct);
        }
        catch (OperationCanceledException)
        {
            dotnet.Kill(entireProcessTree: true);
            throw;
        }
        return dotnet.ExitCode;
    }
}
