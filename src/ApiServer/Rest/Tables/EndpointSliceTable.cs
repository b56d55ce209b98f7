using System.Globalization;

using MiniK8s.Protocol.Discovery.V1;

namespace MiniK8s.ApiServer.Rest.Tables;

internal sealed class EndpointSliceTable() : KindTable<EndpointSlice>(
    EndpointSlice.Descriptor,
    TableColumn.ObjectName,
    new("AddressType", "IPv4, IPv6 or FQDN."),
    new("Ports", "The ports of every endpoint."),
    new("Endpoints", "The addresses."),
    TableColumn.Age)
{
    protected override TableRow Row(EndpointSlice obj, DateTimeOffset now) =>
        new([
            Name(obj), obj.AddressType,
            OrUnset(Few.Of(obj.Ports.Select(Port))),
            OrUnset(Few.Of(obj.Endpoints.SelectMany(endpoint => endpoint.Addresses))),
            Age(obj, now)]);

    private static string Port(EndpointPort port) =>
        port.HasPort ? port.Port.ToString(CultureInfo.InvariantCulture)
        : port.HasName ? port.Name
        : "*";

    private static string OrUnset(string text) => text.Length == 0 ? "<unset>" : text;
}
