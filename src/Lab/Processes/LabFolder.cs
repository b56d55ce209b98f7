namespace MiniK8s.Lab.Processes;

/// <summary>Where a lab keeps everything: data, certificates, logs, and <c>lab.json</c>, which says what runs.</summary>
internal sealed class LabFolder(string root, Action changed)
{
    public string Root { get; } = Path.GetFullPath(root);

    public string Kubeconfig => Path.Combine(Root, "kubeconfig");

    public string Pki => Path.Combine(Root, "pki");

    public string StateFile => Path.Combine(Root, "lab.json");

    /// <summary>Hosts outside the cluster, in the form of /etc/hosts; there may be none.</summary>
    public string HostsFile => Path.Combine(Root, "hosts");

    public string LogFile(string process) => Path.Combine(Directory.CreateDirectory(Path.Combine(Root, "logs")).FullName, $"{process}.log");

    public string PortsFile(string process) => Path.Combine(Directory.CreateDirectory(Path.Combine(Root, "run")).FullName, $"{process}.ports.json");

    /// <summary>A folder for one process' own data.</summary>
    public string DataOf(string process) => Directory.CreateDirectory(Path.Combine(Root, "data", process)).FullName;

    /// <summary>A program of the lab: all of them lie beside the lab's own, one compiled to need no runtime in a folder below it (eng/NativeStore.targets).</summary>
    public string Program(string assembly)
    {
        var native = Path.Combine(AppContext.BaseDirectory, "native", Path.GetFileNameWithoutExtension(assembly));
        return File.Exists(native) ? native : Path.Combine(AppContext.BaseDirectory, assembly);
    }

    /// <summary>A process has started, or has told its ports.</summary>
    public void Changed() => changed();
}
