using System.Globalization;
using System.Net;
using System.Net.Sockets;

using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.ApiServer.Rest.Tables;

internal sealed class EndpointsTable() : KindTable<Endpoints>(
    Endpoints.Descriptor,
    TableColumn.ObjectName,
    new("Endpoints", "The ready addresses with their ports."),
    TableColumn.Age)
{
    protected override TableRow Row(Endpoints obj, DateTimeOffset now) =>
        new([Name(obj), OrNone(Few.Of(obj.Subsets.SelectMany(Addresses))), Age(obj, now)]);

    // A headless service may have addresses without any port.
    private static IEnumerable<string> Addresses(EndpointSubset subset) =>
        subset.Ports.Count == 0
            ? subset.Addresses.Select(address => address.Ip)
            : subset.Ports.SelectMany(port => subset.Addresses.Select(address => HostPort(address.Ip, port.Port)));

    private static string HostPort(string ip, int port) =>
        IPAddress.TryParse(ip, out var parsed) && parsed.AddressFamily == AddressFamily.InterNetworkV6
            ? string.Create(CultureInfo.InvariantCulture, $"[{ip}]:{port}")
            : string.Create(CultureInfo.InvariantCulture, $"{ip}:{port}");
}
