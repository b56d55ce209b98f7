using MiniK8s.Api.Errors;
using MiniK8s.Api.Objects;
using MiniK8s.Api.Quantities;
using MiniK8s.Protocol;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Api.Defaults;

/// <summary>Fills in what an object of any kind leaves unsaid. Doing it twice changes nothing.</summary>
public static class ObjectDefaults
{
    private const string NameLabel = "kubernetes.io/metadata.name";

    /// <summary>Normalizes and defaults an object in place.</summary>
    /// <exception cref="ApiException">400: a quantity cannot be parsed. Only objects that came past the codecs can hold one.</exception>
    public static void Apply(IApiObject value)
    {
        Normalize(value);
        switch (value)
        {
            case Pod pod: PodDefaults.Apply(pod); break;
            case Service service: ServiceDefaults.Apply(service); break;
            case Namespace ns: Apply(ns); break;
            case Node node: Apply(node); break;
            case Secret secret: secret.Type = PodDefaults.Or(secret.Type, "Opaque"); break;
            case Endpoints endpoints: Apply(endpoints); break;
            case Protocol.Discovery.V1.EndpointSlice slice: Apply(slice); break;
        }
    }

    private static void Normalize(IApiObject value)
    {
        try
        {
            Normalizer.Normalize(value);
        }
        catch (QuantityFormatException ex)
        {
            var kind = value.Descriptor.Name;
            throw StatusErrors.BadRequest($"{kind} in version \"v1\" cannot be handled as a {kind}: {ex.Message}");
        }
    }

    private static void Apply(Namespace ns)
    {
        ns.Status.Phase = PodDefaults.Or(ns.Status.Phase, "Active");
        if (ns.Metadata.Name.Length > 0) ns.Metadata.Labels[NameLabel] = ns.Metadata.Name;
    }

    private static void Apply(Node node)
    {
        if (node.Status.Allocatable.Count == 0) node.Status.Allocatable.Add(node.Status.Capacity);
    }

    private static void Apply(Endpoints endpoints)
    {
        foreach (var port in endpoints.Subsets.SelectMany(subset => subset.Ports)) port.Protocol = PodDefaults.Or(port.Protocol, "TCP");
    }

    private static void Apply(Protocol.Discovery.V1.EndpointSlice slice)
    {
        foreach (var port in slice.Ports)
        {
            if (!port.HasName) port.Name = "";
            if (!port.HasProtocol) port.Protocol = "TCP";
        }
    }
}
