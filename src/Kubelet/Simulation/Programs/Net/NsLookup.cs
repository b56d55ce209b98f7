using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Net;

/// <summary>nslookup: asks the virtual network, as if the pod's name server had answered.</summary>
internal sealed class NsLookup : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var options = new Arguments(arguments);
        if (options.Operands is not [var name, ..]) return 1;
        self.Clock.GoLive();
        var server = self.Kernel.Network.NameServers is [var first, ..] ? first : "10.96.0.10";
        await self.WriteLineAsync($"Server:\t\t{server}\nAddress:\t{server}:53\n");
        var network = self.Kernel.Network;
        var found = network.Network.Resolve(name, network);
        if (found.Count == 0)
        {
            await self.WriteLineAsync($"** server can't find {name}: NXDOMAIN\n");
            return 1;
        }
        var full = network.Searches.Select(s => $"{name}.{s}").FirstOrDefault(n => network.Network.ClusterNames.Resolve(n).Count > 0) ?? name;
        foreach (var ip in found) await self.WriteLineAsync($"Name:\t{full}\nAddress: {ip}");
        await self.WriteLineAsync("");
        return 0;
    }
}
