namespace MiniK8s.Lab.Cluster;

/// <summary>What <c>mk8s up</c> was asked for.</summary>
/// <param name="Data">The lab's folder; everything it writes lies there.</param>
/// <param name="Nodes">How many nodes, one kubelet process each: node-1, node-2, …</param>
/// <param name="AutoPorts">Any free ports instead of the usual ones, so that labs run side by side.</param>
/// <param name="EtcdServers">A real etcd to use instead of the lab's own store; null starts the store.</param>
/// <param name="ImagesDirectory">More images for the simulated runtime's catalogue; null for none.</param>
/// <param name="MaxPods">Pods per node; null leaves it to the kubelet (110).</param>
internal sealed record LabOptions(string Data, int Nodes, bool AutoPorts, string? EtcdServers, string? ImagesDirectory, int? MaxPods)
{
    /// <summary>Most nodes a lab of single processes makes sense with.</summary>
    public const int MaxNodes = 50;
}
