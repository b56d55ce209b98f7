using System.Text.Json;

using MiniK8s.Lab.Processes;

namespace MiniK8s.Lab.Cluster;

/// <summary>What <c>lab.json</c> holds: everything another program needs to find a running lab.</summary>
/// <param name="Pid">The lab's own process.</param>
/// <param name="Ready">Whether a Pod could run.</param>
/// <param name="Kubeconfig">For kubectl.</param>
/// <param name="EtcdServers">Where the apiserver's store is: the lab's own or a real etcd. Null until it is known.</param>
/// <param name="Processes">The cluster's processes.</param>
internal sealed record LabState(int Pid, bool Ready, string Kubeconfig, string? EtcdServers, IReadOnlyList<ProcessRecord> Processes)
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public int PortOf(string process, string flag) => Processes.First(p => p.Name == process).Ports[flag];

    /// <summary>Null when there is no such file: no lab runs, or it ends at this moment.</summary>
    public static LabState? Read(string file)
    {
        try
        {
            return JsonSerializer.Deserialize<LabState>(File.ReadAllText(file), Format);
        }
        catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Replaces the file in one step: a reader sees the old one or the new one.</summary>
    public void Write(string file)
    {
        var temporary = $"{file}.new";
        File.WriteAllText(temporary, JsonSerializer.Serialize(this, Format));
        File.Move(temporary, file, overwrite: true);
    }
}
