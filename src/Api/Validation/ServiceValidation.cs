using MiniK8s.Api.Errors;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Api.Validation;

/// <summary>What a Service must be.</summary>
internal static class ServiceValidation
{
    private const int MaxAffinitySeconds = 86400;

    private static readonly FieldPath Spec = FieldPath.Of("spec");

    public static void Check(Service service, FieldErrorList errors)
    {
        var spec = service.Spec;
        if (spec.Ports.Count == 0 && spec.ClusterIp != "None" && spec.Type != "ExternalName") errors.Add(FieldError.Required(Spec.Child("ports")));
        Validation.Check.RequiredOneOf(spec.Type, Spec.Child("type"), errors, "ClusterIP", "ExternalName", "LoadBalancer", "NodePort");
        if (spec.Type == "ExternalName") ExternalName(spec, errors);
        Ports(spec, errors);
        MetadataValidation.Labels(spec.Selector, Spec.Child("selector"), errors);
        Affinity(spec, errors);
        if (spec.ClusterIp is not ("" or "None")) errors.AddInvalid(Spec.Child("clusterIPs").Index(0), spec.ClusterIp, NameRules.IpAddress(spec.ClusterIp));
        for (var i = 0; i < spec.ExternalIps.Count; i++)
            errors.AddInvalid(Spec.Child("externalIPs").Index(i), spec.ExternalIps[i], NameRules.IpAddress(spec.ExternalIps[i]));
        if (spec.HasInternalTrafficPolicy) Validation.Check.OneOf(spec.InternalTrafficPolicy, Spec.Child("internalTrafficPolicy"), errors, "Cluster", "Local");
        if (spec.ExternalTrafficPolicy.Length > 0) Validation.Check.OneOf(spec.ExternalTrafficPolicy, Spec.Child("externalTrafficPolicy"), errors, "Cluster", "Local");
    }

    public static void Update(Service service, Service old, FieldErrorList errors)
    {
        var keepsAddress = service.Spec.Type != "ExternalName" && old.Spec.Type != "ExternalName" && old.Spec.ClusterIp.Length > 0;
        if (keepsAddress && service.Spec.ClusterIp != old.Spec.ClusterIp)
        {
            // The real server shows the whole list here.
            string[] addresses = service.Spec.ClusterIps.Count > 0 ? [.. service.Spec.ClusterIps] : [service.Spec.ClusterIp];
            errors.Add(FieldError.Invalid(Spec.Child("clusterIPs").Index(0), new GoValue(GoText.StringSlice(addresses)), "may not change once set"));
        }
    }

    private static void ExternalName(ServiceSpec spec, FieldErrorList errors)
    {
        if (spec.ClusterIp.Length > 0) errors.Add(FieldError.Forbidden(Spec.Child("clusterIPs"), "may not be set for ExternalName services"));
        var name = spec.ExternalName.EndsWith('.') ? spec.ExternalName[..^1] : spec.ExternalName;
        if (name.Length == 0) errors.Add(FieldError.Required(Spec.Child("externalName")));
        else errors.AddInvalid(Spec.Child("externalName"), name, NameRules.Subdomain(name));
    }

    private static void Ports(ServiceSpec spec, FieldErrorList errors)
    {
        HashSet<string> names = [];
        HashSet<(string, int)> ports = [];
        for (var i = 0; i < spec.Ports.Count; i++)
        {
            var (port, at) = (spec.Ports[i], Spec.Child("ports").Index(i));
            if (port.Name.Length == 0 && spec.Ports.Count > 1) errors.Add(FieldError.Required(at.Child("name")));
            else if (port.Name.Length > 0)
            {
                errors.AddInvalid(at.Child("name"), port.Name, NameRules.Label(port.Name));
                if (!names.Add(port.Name)) errors.Add(FieldError.Duplicate(at.Child("name"), port.Name));
            }
            errors.AddInvalid(at.Child("port"), port.Port, NameRules.PortNumber(port.Port));
            Validation.Check.RequiredOneOf(port.Protocol, at.Child("protocol"), errors, "SCTP", "TCP", "UDP");
            HandlerValidation.Port(port.TargetPort ?? new(), at.Child("targetPort"), errors);
            if (port.NodePort != 0 && spec.Type is not ("NodePort" or "LoadBalancer"))
                errors.Add(FieldError.Forbidden(at.Child("nodePort"), $"may not be used when `type` is '{spec.Type}'"));
            else if (port.NodePort != 0 && port.NodePort is < 1 or > 65535) errors.AddInvalid(at.Child("nodePort"), port.NodePort, NameRules.PortNumber(port.NodePort));
            if (!ports.Add((port.Protocol, port.Port)))
                errors.Add(FieldError.Duplicate(at, new GoValue($"core.ServicePort{{Name:\"\", Protocol:{GoText.Quote(port.Protocol)}, Port:{port.Port}}}")));
        }
    }

    private static void Affinity(ServiceSpec spec, FieldErrorList errors)
    {
        Validation.Check.RequiredOneOf(spec.SessionAffinity, Spec.Child("sessionAffinity"), errors, "ClientIP", "None");
        var path = Spec.Child("sessionAffinityConfig");
        if (spec.SessionAffinity == "None" && spec.SessionAffinityConfig is not null)
            errors.Add(FieldError.Forbidden(path, "must not be set when session affinity is None"));
        if (spec.SessionAffinity == "ClientIP" && spec.SessionAffinityConfig?.ClientIp is { } config && config.TimeoutSeconds is <= 0 or > MaxAffinitySeconds)
        {
            errors.Add(FieldError.Invalid(path.Child("clientIP").Child("timeoutSeconds"), config.TimeoutSeconds,
                $"must be greater than 0 and less than {MaxAffinitySeconds}"));
        }
    }
}
