using System.CommandLine;
using System.Net;

using MiniK8s.Lab.Cluster;
using MiniK8s.Lab.Processes;

namespace MiniK8s.Lab.Commands;

/// <summary><c>mk8s address up|down IP</c>: what bringing up or taking down a machine outside the cluster is for Pods that wait for it.</summary>
internal static class AddressCommand
{
    public static Command Create() => new("address", "Let an address outside the cluster answer Pods, or fall silent")
    {
        Create("up", "From now on the address answers ping, in every Pod of the lab", (hosts, address) => hosts.BringUp(address) ? "answers" : "answered already"),
        Create("down", "From now on the address is silent", (hosts, address) => hosts.TakeDown(address) ? "is silent" : "was silent already"),
    };

    private static Command Create(string name, string description, Func<OutsideHosts, IPAddress, string> change)
    {
        var data = SharedOptions.Data();
        var address = new Argument<IPAddress>("IP")
        {
            Description = "For example 192.168.109.201",
            CustomParser = result =>
            {
                if (IPAddress.TryParse(result.Tokens[0].Value, out var parsed)) return parsed;
                result.AddError($"{result.Tokens[0].Value} is not an address such as 192.168.109.201");
                return null;
            },
        };
        var command = new Command(name, description) { address, data };
        command.SetAction(parsed =>
        {
            var folder = new LabFolder(parsed.GetValue(data)!, () => { });
            if (!Directory.Exists(folder.Root))
            {
                Console.Error.WriteLine($"There is no lab in {folder.Root}; start one with `mk8s up`");
                return 1;
            }
            try
            {
                Console.WriteLine($"{parsed.GetValue(address)} {change(new OutsideHosts(folder.HostsFile), parsed.GetValue(address)!)}");
                return 0;
            }
            catch (LabException exception)
            {
                Console.Error.WriteLine(exception.Message);
                return 1;
            }
        });
        return command;
    }
}
