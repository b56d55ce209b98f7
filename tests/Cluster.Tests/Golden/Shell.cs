using MiniK8s.ClusterKit;

namespace MiniK8s.Cluster.Tests.Golden;

/// <summary>Where one session is typed: a folder of its own, and a kubeconfig whose namespace is the session's.</summary>
internal sealed class Shell : IDisposable
{
    private static readonly Lock Scripts = new();       // guards the writing of mk8s, which several sessions of one lab share

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mk8s-golden-");
    private readonly Dictionary<string, string> _environment;

    private Shell(Lab lab) => _environment = new()
    {
        ["KUBECONFIG"] = Path.Combine(_folder.FullName, ".kubeconfig"),
        ["KUBECACHEDIR"] = Path.Combine(lab.Folder, "kubectl-cache"),      // what an earlier cluster on the same port served is no use
        ["KUBE_EDITOR"] = "true",                                          // saves what it is shown
        ["LC_ALL"] = "C",
        ["LAB"] = lab.Folder,
        ["PATH"] = $"{Programs(lab)}{Path.PathSeparator}{Environment.GetEnvironmentVariable("PATH")}",
    };

    public string Folder => _folder.FullName;

    /// <param name="files">A folder whose files the session finds in its own; null for none.</param>
    public static async Task<Shell> OpenAsync(Lab lab, string ns, string? files = null)
    {
        var shell = new Shell(lab);
        foreach (var file in files is null ? [] : Directory.EnumerateFiles(files)) File.Copy(file, Path.Combine(shell.Folder, Path.GetFileName(file)));
        File.Copy(lab.Kubeconfig, shell._environment["KUBECONFIG"]);
        var set = await shell.RunAsync($"kubectl config set-context --current --namespace={ns}");
        return set.ExitCode == 0 ? shell : throw new InvalidOperationException(set.Error);
    }

    /// <summary>Runs one command to its end. What it leaves running in the background must write to files.</summary>
    public Task<CommandResult> RunAsync(string command) => Command.RunAsync("sh", ["-c", command], input: null, start =>
    {
        start.WorkingDirectory = Folder;
        foreach (var (name, value) in _environment) start.Environment[name] = value;
    });

    public void Dispose() => _folder.Delete(recursive: true);

    // mk8s, for this lab, as it lies in a reader's checkout.
    private static string Programs(Lab lab)
    {
        var folder = Directory.CreateDirectory(Path.Combine(lab.Folder, "programs")).FullName;
        var script = Path.Combine(folder, "mk8s");
        lock (Scripts)
        {
            if (File.Exists(script)) return folder;
            File.WriteAllText(script, $"#!/bin/sh\nexec dotnet {Lab.Program} \"$@\" --data {lab.Folder}\n");
            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }
        return folder;
    }
}
