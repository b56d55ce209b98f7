using System.Diagnostics;

namespace MiniK8s.Testing;

/// <summary>Finds the programs, written by others, that some tests run.</summary>
/// <remarks>A need is a program's name or path (<c>node</c>), one with a Python module (<c>/usr/bin/python3:grpc</c>), or a
/// folder (<c>clients/node_modules/</c>) in the test project's own or any above it.</remarks>
public static class RequiredTool
{
    /// <summary>With MINIK8S_REQUIRE_TOOLS=1 no test is passed over: what is missing fails it.</summary>
    public static bool MustBePresent => Environment.GetEnvironmentVariable("MINIK8S_REQUIRE_TOOLS") == "1";

    /// <summary>Why a test cannot run here, or null when everything it needs is here or must be.</summary>
    public static string? ReasonToSkip(params string[] needs) =>
        MustBePresent ? null : needs.Where(need => !IsPresent(need)).Select(need => $"{need} is not on this machine").FirstOrDefault();

    /// <summary>The full path of a program, or null.</summary>
    public static string? Find(string program)
    {
        if (Path.IsPathRooted(program)) return File.Exists(program) ? program : null;
        string[] endings = OperatingSystem.IsWindows() ? [".exe", ".cmd", ".bat"] : [""];
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        return folders.SelectMany(folder => endings.Select(ending => Path.Combine(folder, program + ending))).FirstOrDefault(File.Exists);
    }

    /// <summary>The full path of a folder in the test project's folder or the nearest above it that has one of that name, or null.</summary>
    public static string? FindFolder(string name)
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (Directory.Exists(Path.Combine(at.FullName, name))) return Path.Combine(at.FullName, name);
        }
        return null;
    }

    private static bool IsPresent(string need)
    {
        if (need.EndsWith('/')) return FindFolder(need) is not null;
        var parts = need.Split(':', 2);
        if (Find(parts[0]) is not { } path) return false;
        return parts.Length == 1 || Imports(path, parts[1]);
    }

    private static bool Imports(string python, string module)
    {
        using var process = Process.Start(new ProcessStartInfo(python, ["-c", $"import {module}"]) { RedirectStandardError = true })!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
