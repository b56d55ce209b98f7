using MiniK8s.Api.Errors;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Discovery.V1;

namespace MiniK8s.Api.Validation;

/// <summary>What Endpoints and an EndpointSlice must be.</summary>
internal static class EndpointValidation
{
    private const int MaxEndpoints = 1000;
    private const int MaxAddresses = 100;

    public static void Check(Endpoints endpoints, FieldErrorList errors)
    {
        for (var i = 0; i < endpoints.Subsets.Count; i++)
        {
            var (subset, at) = (endpoints.Subsets[i], FieldPath.Of("subsets").Index(i));
            if (subset.Addresses.Count == 0 && subset.NotReadyAddresses.Count == 0)
                errors.Add(FieldError.Required(at, "must specify `addresses` or `notReadyAddresses`"));
            Addresses(subset.Addresses, at.Child("addresses"), errors);
            Addresses(subset.NotReadyAddresses, at.Child("notReadyAddresses"), errors);
            for (var p = 0; p < subset.Ports.Count; p++) Port(subset.Ports[p], subset.Ports.Count > 1, at.Child("ports").Index(p), errors);
        }
    }

    public static void Check(EndpointSlice slice, FieldErrorList errors)
    {
        Validation.Check.RequiredOneOf(slice.AddressType, FieldPath.Of("addressType"), errors, "FQDN", "IPv4", "IPv6");
        var path = FieldPath.Of("endpoints");
        if (slice.Endpoints.Count > MaxEndpoints) errors.Add(FieldError.TooMany(path, slice.Endpoints.Count, MaxEndpoints));
        for (var i = 0; i < slice.Endpoints.Count; i++)
        {
            var (addresses, at) = (slice.Endpoints[i].Addresses, path.Index(i).Child("addresses"));
            if (addresses.Count == 0) errors.Add(FieldError.Required(at, "must contain at least 1 address"));
            if (addresses.Count > MaxAddresses) errors.Add(FieldError.TooMany(at, addresses.Count, MaxAddresses));
            for (var a = 0; a < addresses.Count; a++)
            {
                var messages = slice.AddressType == "FQDN" ? NameRules.Subdomain(addresses[a]) : NameRules.IpAddress(addresses[a]);
                errors.AddInvalid(at.Index(a), addresses[a], messages);
            }
        }
        HashSet<string> names = [];
        for (var i = 0; i < slice.Ports.Count; i++)
        {
            if (!names.Add(slice.Ports[i].Name)) errors.Add(FieldError.Duplicate(FieldPath.Of("ports"), slice.Ports[i].Name));
            if (slice.Ports[i].Name.Length > 0) errors.AddInvalid(FieldPath.Of("ports").Index(i).Child("name"), slice.Ports[i].Name, NameRules.Label(slice.Ports[i].Name));
            Validation.Check.RequiredOneOf(slice.Ports[i].Protocol, FieldPath.Of("ports").Index(i).Child("protocol"), errors, "SCTP", "TCP", "UDP");
        }
    }

    public static void Update(EndpointSlice slice, EndpointSlice old, FieldErrorList errors) =>
        MetadataValidation.Immutable(slice.AddressType, old.AddressType, FieldPath.Of("addressType"), errors);

    private static void Addresses(IReadOnlyList<EndpointAddress> addresses, FieldPath path, FieldErrorList errors)
    {
        for (var i = 0; i < addresses.Count; i++)
        {
            errors.AddInvalid(path.Index(i).Child("ip"), addresses[i].Ip, NameRules.IpAddress(addresses[i].Ip));
            if (addresses[i].Hostname.Length > 0) errors.AddInvalid(path.Index(i).Child("hostname"), addresses[i].Hostname, NameRules.Label(addresses[i].Hostname));
            if (addresses[i].HasNodeName) errors.AddInvalid(path.Index(i).Child("nodeName"), addresses[i].NodeName, NameRules.Subdomain(addresses[i].NodeName));
        }
    }

    private static void Port(Protocol.Core.V1.EndpointPort port, bool needsName, FieldPath path, FieldErrorList errors)
    {
        if (needsName && port.Name.Length == 0) errors.Add(FieldError.Required(path.Child("name")));
        else if (port.Name.Length > 0) errors.AddInvalid(path.Child("name"), port.Name, NameRules.Label(port.Name));
        errors.AddInvalid(path.Child("port"), port.Port, NameRules.PortNumber(port.Port));
        Validation.Check.RequiredOneOf(port.Protocol, path.Child("protocol"), errors, "SCTP", "TCP", "UDP");
    }
}
