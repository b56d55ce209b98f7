using Google.Protobuf;

using MiniK8s.Api.Errors;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Api.Validation;

/// <summary>The containers of a pod: regular, init (and among them sidecars), ephemeral.</summary>
internal sealed class ContainerValidation(PodSpec spec, Dictionary<string, VolumeSource> volumes, FieldErrorList errors)
{
    private const string NotForInit = "may not be set for init containers without restartPolicy=Always";
    private const string NotForEphemeral = "cannot be set for an Ephemeral Container";

    private readonly long? _grace = spec.HasTerminationGracePeriodSeconds ? spec.TerminationGracePeriodSeconds : null;

    public void Regular(FieldPath path)
    {
        if (spec.Containers.Count == 0) errors.Add(FieldError.Required(path));
        HashSet<string> names = [];
        for (var i = 0; i < spec.Containers.Count; i++)
        {
            var (container, at) = (spec.Containers[i], path.Index(i));
            Common(container, at);
            if (!names.Add(container.Name)) errors.Add(FieldError.Duplicate(at.Child("name"), container.Name));
            Handlers(container, at);
            if (container.HasRestartPolicy) errors.Add(FieldError.Forbidden(at.Child("restartPolicy"), "may not be set for non-init containers"));
        }
        HostPorts(spec.Containers, path);
    }

    public void Init(FieldPath path)
    {
        var names = spec.Containers.Select(container => container.Name).ToHashSet(StringComparer.Ordinal);
        for (var i = 0; i < spec.InitContainers.Count; i++)
        {
            var (container, at) = (spec.InitContainers[i], path.Index(i));
            Common(container, at);
            if (container.HasRestartPolicy) Check.OneOf(container.RestartPolicy, at.Child("restartPolicy"), errors, "Always");
            if (names.Contains(container.Name)) errors.Add(FieldError.Duplicate(at.Child("name"), container.Name));
            else if (container.Name.Length > 0) names.Add(container.Name);
            HostPorts([container], path);
            if (container.RestartPolicy == "Always") Handlers(container, at);
            else NoHandlers(container, at);
        }
    }

    public void Ephemeral(FieldPath path)
    {
        var others = spec.Containers.Concat(spec.InitContainers).Select(container => container.Name).ToHashSet(StringComparer.Ordinal);
        var names = new HashSet<string>(others, StringComparer.Ordinal);
        for (var i = 0; i < spec.EphemeralContainers.Count; i++)
        {
            var (ephemeral, at) = (spec.EphemeralContainers[i], path.Index(i));
            var container = Container.Parser.ParseFrom(ephemeral.EphemeralContainerCommon.ToByteString());
            Common(container, at);
            Image(container, at);
            if (!names.Add(container.Name)) errors.Add(FieldError.Duplicate(at.Child("name"), container.Name));
            if (ephemeral.TargetContainerName.Length > 0 && !others.Contains(ephemeral.TargetContainerName))
                errors.Add(FieldError.NotFound(at.Child("targetContainerName"), ephemeral.TargetContainerName));
            NotAllowedInEphemeral(container, at);
        }
    }

    /// <summary>What only real pods are held to, not templates.</summary>
    public void Images(IReadOnlyList<Container> containers, FieldPath path)
    {
        for (var i = 0; i < containers.Count; i++) Image(containers[i], path.Index(i));
    }

    private void Common(Container container, FieldPath path)
    {
        if (container.Name.Length == 0) errors.Add(FieldError.Required(path.Child("name")));
        else errors.AddInvalid(path.Child("name"), container.Name, NameRules.Label(container.Name));
        Check.Required(container.Image, path.Child("image"), errors);
        Check.RequiredOneOf(container.TerminationMessagePolicy, path.Child("terminationMessagePolicy"), errors, "File", "FallbackToLogsOnError");
        Ports(container.Ports, path.Child("ports"));
        EnvValidation.Env(container.Env, path.Child("env"), errors);
        EnvValidation.EnvFrom(container.EnvFrom, path.Child("envFrom"), errors);
        VolumeValidation.Mounts(container, volumes, path.Child("volumeMounts"), errors);
        Check.RequiredOneOf(container.ImagePullPolicy, path.Child("imagePullPolicy"), errors, "Always", "IfNotPresent", "Never");
        ResourceValidation.Container(container.Resources, path.Child("resources"), errors);
        ResizePolicies(container.ResizePolicy, path.Child("resizePolicy"));
        SecurityValidation.Container(container.SecurityContext, path.Child("securityContext"), errors);
    }

    private void Handlers(Container container, FieldPath path)
    {
        HandlerValidation.Lifecycle(container.Lifecycle, _grace, path.Child("lifecycle"), errors);
        HandlerValidation.Liveness(container.LivenessProbe, _grace, path.Child("livenessProbe"), errors);
        HandlerValidation.Readiness(container.ReadinessProbe, _grace, path.Child("readinessProbe"), errors);
        HandlerValidation.Liveness(container.StartupProbe, _grace, path.Child("startupProbe"), errors);
    }

    private void NoHandlers(Container container, FieldPath path)
    {
        if (container.Lifecycle is not null) errors.Add(FieldError.Forbidden(path.Child("lifecycle"), NotForInit));
        if (container.LivenessProbe is not null) errors.Add(FieldError.Forbidden(path.Child("livenessProbe"), NotForInit));
        if (container.ReadinessProbe is not null) errors.Add(FieldError.Forbidden(path.Child("readinessProbe"), NotForInit));
        if (container.StartupProbe is not null) errors.Add(FieldError.Forbidden(path.Child("startupProbe"), NotForInit));
    }

    private void NotAllowedInEphemeral(Container container, FieldPath path)
    {
        (string Field, bool IsSet)[] forbidden =
        [
            ("ports", container.Ports.Count > 0),
            ("resources", container.Resources is { } resources && resources.CalculateSize() > 0),
            ("resizePolicy", container.ResizePolicy.Count > 0),
            ("restartPolicy", container.HasRestartPolicy),
            ("livenessProbe", container.LivenessProbe is not null),
            ("readinessProbe", container.ReadinessProbe is not null),
            ("startupProbe", container.StartupProbe is not null),
            ("lifecycle", container.Lifecycle is not null),
        ];
        foreach (var (field, _) in forbidden.Where(entry => entry.IsSet)) errors.Add(FieldError.Forbidden(path.Child(field), NotForEphemeral));
        for (var i = 0; i < container.VolumeMounts.Count; i++)
        {
            var at = path.Child("volumeMounts").Index(i);
            if (container.VolumeMounts[i].SubPath.Length > 0) errors.Add(FieldError.Forbidden(at.Child("subPath"), NotForEphemeral));
            if (container.VolumeMounts[i].SubPathExpr.Length > 0) errors.Add(FieldError.Forbidden(at.Child("subPathExpr"), NotForEphemeral));
        }
    }

    private void Image(Container container, FieldPath path)
    {
        if (container.Image != container.Image.Trim())
            errors.Add(FieldError.Invalid(path.Child("image"), container.Image, "must not have leading or trailing whitespace"));
    }

    private void Ports(IReadOnlyList<ContainerPort> ports, FieldPath path)
    {
        HashSet<string> names = [];
        for (var i = 0; i < ports.Count; i++)
        {
            var (port, at) = (ports[i], path.Index(i));
            if (port.Name.Length > 0)
            {
                var messages = NameRules.PortName(port.Name);
                errors.AddInvalid(at.Child("name"), port.Name, messages);
                if (messages.Count == 0 && !names.Add(port.Name)) errors.Add(FieldError.Duplicate(at.Child("name"), port.Name));
            }
            if (port.ContainerPort_ == 0) errors.Add(FieldError.Required(at.Child("containerPort")));
            else errors.AddInvalid(at.Child("containerPort"), port.ContainerPort_, NameRules.PortNumber(port.ContainerPort_));
            if (port.HostPort != 0) errors.AddInvalid(at.Child("hostPort"), port.HostPort, NameRules.PortNumber(port.HostPort));
            Check.RequiredOneOf(port.Protocol, at.Child("protocol"), errors, "SCTP", "TCP", "UDP");
        }
    }

    private void HostPorts(IReadOnlyList<Container> containers, FieldPath path)
    {
        HashSet<string> taken = [];
        for (var c = 0; c < containers.Count; c++)
        {
            for (var p = 0; p < containers[c].Ports.Count; p++)
            {
                var port = containers[c].Ports[p];
                var key = $"{port.Protocol}/{port.HostIp}/{port.HostPort}";
                if (port.HostPort != 0 && !taken.Add(key)) errors.Add(FieldError.Duplicate(path.Index(c).Child("ports").Index(p).Child("hostPort"), key));
            }
        }
    }

    private void ResizePolicies(IReadOnlyList<ContainerResizePolicy> policies, FieldPath path)
    {
        HashSet<string> resources = [];
        for (var i = 0; i < policies.Count; i++)
        {
            if (!resources.Add(policies[i].ResourceName)) errors.Add(FieldError.Duplicate(path.Index(i), policies[i].ResourceName));
            Check.RequiredOneOf(policies[i].ResourceName, path, errors, "cpu", "memory");
            Check.RequiredOneOf(policies[i].RestartPolicy, path, errors, "NotRequired", "RestartContainer");
            if (spec.RestartPolicy == "Never" && policies[i].RestartPolicy != "NotRequired")
                errors.Add(FieldError.Invalid(path, policies[i].RestartPolicy, "must be 'NotRequired' when `restartPolicy` is 'Never'"));
        }
    }
}
