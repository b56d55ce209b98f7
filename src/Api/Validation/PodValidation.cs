using MiniK8s.Api.Errors;
using MiniK8s.Api.Objects;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Api.Validation;

/// <summary>What a Pod must be, and what may change about it. Pods are expected defaulted and normalized.</summary>
/// <remarks>Source: apiserver.md 4.4 and 9; pkg/apis/core/validation of Kubernetes 1.32.</remarks>
public static class PodValidation
{
    private static readonly FieldPath Spec = FieldPath.Of("spec");
    private static readonly FieldPath Status = FieldPath.Of("status");

    /// <summary>Checks a Pod that is to be created.</summary>
    public static FieldErrorList Validate(Pod pod)
    {
        var errors = MetadataAndSpec(pod);
        if (pod.Spec.EphemeralContainers.Count > 0) errors.Add(FieldError.Forbidden(Spec.Child("ephemeralContainers"), "cannot be set on create"));
        if (pod.Spec.NodeName.Length > 0 && pod.Spec.SchedulingGates.Count > 0)
            errors.Add(FieldError.Forbidden(Spec.Child("nodeName"), "cannot be set until all schedulingGates have been cleared"));
        return errors;
    }

    /// <summary>Checks a change through the main resource. The caller has put back what an update cannot touch (status, uid, ...).</summary>
    public static FieldErrorList ValidateUpdate(Pod pod, Pod old)
    {
        var errors = MetadataValidation.ValidateUpdate(pod.Metadata, old.Metadata);
        errors.Add(MetadataAndSpec(pod));
        MirrorAnnotations(pod, old, errors);
        PodSpecUpdate.Validate(pod.Spec, old.Spec, Spec, errors);
        return errors;
    }

    /// <summary>Checks a change through <c>pods/status</c>.</summary>
    public static FieldErrorList ValidateStatusUpdate(Pod pod, Pod old)
    {
        var errors = MetadataValidation.ValidateUpdate(pod.Metadata, old.Metadata);
        MirrorAnnotations(pod, old, errors);
        for (var i = 0; i < pod.Status.Conditions.Count; i++)
        {
            var type = pod.Status.Conditions[i].Type;
            errors.AddInvalid(Status.Child("conditions").Index(i).Child("type"), type, NameRules.QualifiedName(type));
        }
        if (pod.Status.NominatedNodeName.Length > 0)
            errors.AddInvalid(Status.Child("nominatedNodeName"), pod.Status.NominatedNodeName, NameRules.Subdomain(pod.Status.NominatedNodeName));
        MetadataValidation.Immutable(pod.Status.QosClass, old.Status.QosClass, Status.Child("qosClass"), errors);
        Transitions(pod.Status.ContainerStatuses, old.Status.ContainerStatuses, old.Spec.RestartPolicy, "containerStatuses", _ => false, errors);
        Transitions(pod.Status.InitContainerStatuses, old.Status.InitContainerStatuses, old.Spec.RestartPolicy, "initContainerStatuses",
            name => old.Spec.InitContainers.Any(container => container.Name == name && container.RestartPolicy == "Always"), errors);
        Addresses(pod.Status, errors);
        return errors;
    }

    /// <summary>Checks a change through <c>pods/ephemeralcontainers</c>: some may be added, none changed or removed.</summary>
    public static FieldErrorList ValidateEphemeralContainersUpdate(Pod pod, Pod old)
    {
        var errors = new FieldErrorList();
        if (old.IsMirror())
        {
            errors.Add(FieldError.Forbidden(FieldPath.Of(""), "static pods do not support ephemeral containers"));
            return errors;
        }
        errors.Add(MetadataValidation.ValidateUpdate(pod.Metadata, old.Metadata));
        errors.Add(MetadataAndSpec(pod));
        MirrorAnnotations(pod, old, errors);
        var path = Spec.Child("ephemeralContainers");
        foreach (var before in old.Spec.EphemeralContainers)
        {
            var name = GoText.Quote(before.EphemeralContainerCommon.Name);
            var now = pod.Spec.EphemeralContainers.FirstOrDefault(container => container.EphemeralContainerCommon?.Name == before.EphemeralContainerCommon.Name);
            if (now is null) errors.Add(FieldError.Forbidden(path, $"existing ephemeral containers {name} may not be removed\n"));
            else if (!now.Equals(before)) errors.Add(FieldError.Forbidden(path, $"existing ephemeral containers {name} may not be changed\n"));
        }
        return errors;
    }

    private static FieldErrorList MetadataAndSpec(Pod pod)
    {
        var errors = MetadataValidation.Validate(pod.Metadata, isNamespaced: true, NameRules.Subdomain);
        ValidateSpec(pod.Spec, Spec, errors);
        var containers = new ContainerValidation(pod.Spec, [], errors);
        containers.Images(pod.Spec.Containers, Spec.Child("containers"));
        containers.Images(pod.Spec.InitContainers, Spec.Child("initContainers"));
        SecurityValidation.AppArmorAnnotations(pod, errors);
        return errors;
    }

    /// <summary>Checks a pod's spec, also that of a template.</summary>
    internal static void ValidateSpec(PodSpec spec, FieldPath path, FieldErrorList errors)
    {
        if (!spec.HasTerminationGracePeriodSeconds) errors.Add(FieldError.Required(path.Child("terminationGracePeriodSeconds")));
        var volumes = VolumeValidation.Volumes(spec.Volumes, path.Child("volumes"), errors);
        var containers = new ContainerValidation(spec, volumes, errors);
        containers.Regular(path.Child("containers"));
        containers.Init(path.Child("initContainers"));
        containers.Ephemeral(path.Child("ephemeralContainers"));
        HostNetwork(spec, path, errors);
        Check.RequiredOneOf(spec.RestartPolicy, path.Child("restartPolicy"), errors, "Always", "OnFailure", "Never");
        Check.RequiredOneOf(spec.DnsPolicy, path.Child("dnsPolicy"), errors, "ClusterFirstWithHostNet", "ClusterFirst", "Default", "None");
        MetadataValidation.Labels(spec.NodeSelector, path.Child("nodeSelector"), errors);
        SecurityValidation.Pod(spec, path.Child("securityContext"), errors);
        SchedulingValidation.Affinity(spec.Affinity, path.Child("affinity"), errors);
        Dns(spec, path.Child("dnsConfig"), errors);
        Gates(spec, path, errors);
        SchedulingValidation.Spread(spec.TopologySpreadConstraints, path.Child("topologySpreadConstraints"), errors);
        Names(spec, path, errors);
        SchedulingValidation.Tolerations(spec.Tolerations, path.Child("tolerations"), errors);
        HostAliases(spec, path.Child("hostAliases"), errors);
        Classes(spec, path, errors);
        ResourceValidation.Amounts(spec.Overhead, path.Child("overhead"), errors);
        if (spec.Os is not null) Check.RequiredOneOf(spec.Os.Name, path.Child("os").Child("name"), errors, "linux", "windows");
    }

    private static void Names(PodSpec spec, FieldPath path, FieldErrorList errors)
    {
        if (spec.ServiceAccountName.Length > 0) errors.AddInvalid(path.Child("serviceAccountName"), spec.ServiceAccountName, NameRules.Subdomain(spec.ServiceAccountName));
        if (spec.NodeName.Length > 0) errors.AddInvalid(path.Child("nodeName"), spec.NodeName, NameRules.Subdomain(spec.NodeName));
        if (spec.HasActiveDeadlineSeconds && spec.ActiveDeadlineSeconds is < 1 or > int.MaxValue)
            errors.Add(FieldError.Invalid(path.Child("activeDeadlineSeconds"), spec.ActiveDeadlineSeconds, NameRules.InclusiveRange(1, int.MaxValue)));
        if (spec.Hostname.Length > 0) errors.AddInvalid(path.Child("hostname"), spec.Hostname, NameRules.Label(spec.Hostname));
        if (spec.Subdomain.Length > 0) errors.AddInvalid(path.Child("subdomain"), spec.Subdomain, NameRules.Label(spec.Subdomain));
    }

    private static void Classes(PodSpec spec, FieldPath path, FieldErrorList errors)
    {
        if (spec.PriorityClassName.Length > 0) errors.AddInvalid(path.Child("priorityClassName"), spec.PriorityClassName, NameRules.Subdomain(spec.PriorityClassName));
        if (spec.HasRuntimeClassName) errors.AddInvalid(path.Child("runtimeClassName"), spec.RuntimeClassName, NameRules.Subdomain(spec.RuntimeClassName));
        if (spec.HasPreemptionPolicy) Check.RequiredOneOf(spec.PreemptionPolicy, path.Child("preemptionPolicy"), errors, "PreemptLowerPriority", "Never");
    }

    private static void Gates(PodSpec spec, FieldPath path, FieldErrorList errors)
    {
        for (var i = 0; i < spec.ReadinessGates.Count; i++)
        {
            var type = spec.ReadinessGates[i].ConditionType;
            errors.AddInvalid(path.Child("readinessGates").Index(i).Child("conditionType"), type, NameRules.QualifiedName(type));
        }
        HashSet<string> seen = [];
        for (var i = 0; i < spec.SchedulingGates.Count; i++)
        {
            var (name, at) = (spec.SchedulingGates[i].Name, path.Child("schedulingGates").Index(i));
            errors.AddInvalid(at, name, NameRules.QualifiedName(name));
            if (!seen.Add(name)) errors.Add(FieldError.Duplicate(at, name));
        }
    }

    private static void HostNetwork(PodSpec spec, FieldPath path, FieldErrorList errors)
    {
        if (!spec.HostNetwork) return;
        for (var c = 0; c < spec.Containers.Count; c++)
        {
            for (var p = 0; p < spec.Containers[c].Ports.Count; p++)
            {
                var port = spec.Containers[c].Ports[p];
                if (port.HostPort == port.ContainerPort_) continue;
                errors.Add(FieldError.Invalid(path.Child("containers").Index(c).Child("ports").Index(p).Child("hostPort"), port.HostPort,
                    "must match `containerPort` when `hostNetwork` is true"));
            }
        }
    }

    private static void Dns(PodSpec spec, FieldPath path, FieldErrorList errors)
    {
        var config = spec.DnsConfig;
        if (spec.DnsPolicy == "None" && config is null)
            errors.Add(FieldError.Required(path, "must provide `dnsConfig` when `dnsPolicy` is None"));
        else if (spec.DnsPolicy == "None" && config!.Nameservers.Count == 0)
            errors.Add(FieldError.Required(path.Child("nameservers"), "must provide at least one DNS nameserver when `dnsPolicy` is None"));
        if (config is null) return;
        if (config.Nameservers.Count > DnsLimits.Nameservers)
            errors.Add(FieldError.Invalid(path.Child("nameservers"), new GoValue(GoText.StringSlice(config.Nameservers)), $"must not have more than {DnsLimits.Nameservers} nameservers"));
        for (var i = 0; i < config.Nameservers.Count; i++)
            errors.AddInvalid(path.Child("nameservers").Index(i), config.Nameservers[i], NameRules.IpAddress(config.Nameservers[i]));
        if (config.Searches.Count > DnsLimits.Searches)
            errors.Add(FieldError.Invalid(path.Child("searches"), new GoValue(GoText.StringSlice(config.Searches)), $"must not have more than {DnsLimits.Searches} search paths"));
        if (string.Join(' ', config.Searches).Length > DnsLimits.SearchCharacters)
        {
            errors.Add(FieldError.Invalid(path.Child("searches"), new GoValue(GoText.StringSlice(config.Searches)),
                $"must not have more than {DnsLimits.SearchCharacters} characters (including spaces) in the search list"));
        }
        for (var i = 0; i < config.Searches.Count; i++)
        {
            var search = config.Searches[i].EndsWith('.') ? config.Searches[i][..^1] : config.Searches[i];
            errors.AddInvalid(path.Child("searches").Index(i), search, NameRules.Subdomain(search));
        }
        for (var i = 0; i < config.Options.Count; i++)
            if (config.Options[i].Name.Length == 0) errors.Add(FieldError.Required(path.Child("options").Index(i), "must not be empty"));
    }

    private static void HostAliases(PodSpec spec, FieldPath path, FieldErrorList errors)
    {
        for (var i = 0; i < spec.HostAliases.Count; i++)
        {
            var alias = spec.HostAliases[i];
            errors.AddInvalid(path.Index(i).Child("ip"), alias.Ip, NameRules.IpAddress(alias.Ip));
            for (var h = 0; h < alias.Hostnames.Count; h++)
                errors.AddInvalid(path.Index(i).Child("hostnames").Index(h), alias.Hostnames[h], NameRules.Subdomain(alias.Hostnames[h]));
        }
    }

    private static void MirrorAnnotations(Pod pod, Pod old, FieldErrorList errors)
    {
        var path = FieldPath.Of("metadata", "annotations").Key(MirrorPod.Annotation);
        var has = pod.Metadata.Annotations.TryGetValue(MirrorPod.Annotation, out var value);
        var had = old.Metadata.Annotations.TryGetValue(MirrorPod.Annotation, out var before);
        if (has && !had) errors.Add(FieldError.Forbidden(path, "may not add mirror pod annotation"));
        else if (had && (!has || value != before)) errors.Add(FieldError.Forbidden(path, "may not remove or update mirror pod annotation"));
    }

    // A container that may not run again does not leave its end behind.
    private static void Transitions(IReadOnlyList<ContainerStatus> statuses, IReadOnlyList<ContainerStatus> olds, string restartPolicy, string field,
        Func<string, bool> isSidecar, FieldErrorList errors)
    {
        if (restartPolicy == "Always") return;
        for (var i = 0; i < olds.Count; i++)
        {
            if (olds[i].State?.Terminated is not { } end || isSidecar(olds[i].Name)) continue;
            if (end.ExitCode != 0 && restartPolicy == "OnFailure") continue;
            if (statuses.Any(status => status.Name == olds[i].Name && status.State?.Terminated is null))
                errors.Add(FieldError.Forbidden(Status.Child(field).Index(i).Child("state"), "may not be transitioned to non-terminated state"));
        }
    }

    private static void Addresses(PodStatus status, FieldErrorList errors)
    {
        Family([.. status.PodIps.Select(ip => ip.Ip)], Status.Child("podIPs"), errors);
        if (status.HostIps.Count > 0 && status.HostIp != status.HostIps[0].Ip)
            errors.Add(FieldError.Invalid(Status.Child("hostIPs").Index(0).Child("ip"), status.HostIps[0].Ip, "must be equal to `hostIP`"));
        Family([.. status.HostIps.Select(ip => ip.Ip)], Status.Child("hostIPs"), errors);
    }

    private static void Family(string[] addresses, FieldPath path, FieldErrorList errors)
    {
        for (var i = 0; i < addresses.Length; i++) errors.AddInvalid(path.Index(i), addresses[i], NameRules.IpAddress(addresses[i]));
        if (addresses.Length > addresses.DistinctBy(address => address.Contains(':', StringComparison.Ordinal)).Count())
            errors.Add(FieldError.Invalid(path, FieldError.Omitted, "may specify no more than one IP for each IP family"));
    }
}
