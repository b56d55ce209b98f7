using MiniK8s.Kubelet.Simulation.Files;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Net;

/// <summary>ifconfig and <c>ip addr</c>: shows the pod's one interface.</summary>
internal sealed class IfConfig : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var ip = self.Kernel.Network.Ip;
        await self.WriteLineAsync(FileTree.Name(arguments[0]) == "ifconfig"
            ? $"eth0      Link encap:Ethernet\n          inet addr:{ip}  Mask:255.255.255.0\n\nlo        Link encap:Local Loopback\n          inet addr:127.0.0.1  Mask:255.0.0.0"
            : $"1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536\n    inet 127.0.0.1/8 scope host lo\n2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500\n    inet {ip}/24 scope global eth0");
        return 0;
    }
}
