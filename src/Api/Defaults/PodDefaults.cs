using Google.Protobuf;
using Google.Protobuf.Collections;

using MiniK8s.Api.Quantities;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Api.Defaults;

/// <summary>Fills in what a Pod leaves unsaid. Doing it twice changes nothing.</summary>
/// <remarks>Source: apiserver.md 4.2. What admission adds (service account, priority, tolerations) is not here.</remarks>
public static class PodDefaults
{
    private const int FileMode = 420;

    /// <summary>Defaults a Pod in place.</summary>
    public static void Apply(Pod pod)
    {
        pod.Spec ??= new();
        Resources(pod.Spec);
        Apply(pod.Spec);
    }

    /// <summary>Defaults a spec in place; for templates too, whose requests stay as they are.</summary>
    public static void Apply(PodSpec spec)
    {
        spec.RestartPolicy = Or(spec.RestartPolicy, "Always");
        spec.DnsPolicy = Or(spec.DnsPolicy, "ClusterFirst");
        spec.SchedulerName = Or(spec.SchedulerName, "default-scheduler");
        if (!spec.HasTerminationGracePeriodSeconds) spec.TerminationGracePeriodSeconds = 30;
        if (!spec.HasEnableServiceLinks) spec.EnableServiceLinks = true;
        spec.SecurityContext ??= new();
        // The old name and the new are one field.
        spec.ServiceAccountName = Or(spec.ServiceAccountName, spec.ServiceAccount);
        spec.ServiceAccount = spec.ServiceAccountName;
        foreach (var volume in spec.Volumes) VolumeDefaults.Apply(volume);
        foreach (var container in spec.InitContainers.Concat(spec.Containers)) Container(container, spec.HostNetwork);
        foreach (var ephemeral in spec.EphemeralContainers) Ephemeral(ephemeral, spec.HostNetwork);
        RoundUp(spec.Overhead);
    }

    private static void Resources(PodSpec spec)
    {
        foreach (var container in spec.InitContainers.Concat(spec.Containers))
        {
            container.Resources ??= new();
            foreach (var (name, limit) in container.Resources.Limits)
                if (!container.Resources.Requests.ContainsKey(name)) container.Resources.Requests[name] = limit;
        }
    }

    private static void Container(Container container, bool isOnHostNetwork)
    {
        container.ImagePullPolicy = Or(container.ImagePullPolicy, PullPolicy(container.Image));
        container.TerminationMessagePath = Or(container.TerminationMessagePath, "/dev/termination-log");
        container.TerminationMessagePolicy = Or(container.TerminationMessagePolicy, "File");
        foreach (var port in container.Ports)
        {
            port.Protocol = Or(port.Protocol, "TCP");
            if (isOnHostNetwork && port.HostPort == 0) port.HostPort = port.ContainerPort_;
        }
        foreach (var field in container.Env.Select(variable => variable.ValueFrom?.FieldRef).OfType<ObjectFieldSelector>())
            field.ApiVersion = Or(field.ApiVersion, "v1");
        container.Resources ??= new();
        RoundUp(container.Resources.Limits);
        RoundUp(container.Resources.Requests);
        foreach (var probe in new[] { container.LivenessProbe, container.ReadinessProbe, container.StartupProbe }.OfType<Probe>()) Probe(probe);
        HttpGet(container.Lifecycle?.PostStart?.HttpGet);
        HttpGet(container.Lifecycle?.PreStop?.HttpGet);
    }

    // The same fields under the same numbers, in a message of another name.
    private static void Ephemeral(EphemeralContainer ephemeral, bool isOnHostNetwork)
    {
        var container = Protocol.Core.V1.Container.Parser.ParseFrom((ephemeral.EphemeralContainerCommon ?? new()).ToByteString());
        Container(container, isOnHostNetwork);
        ephemeral.EphemeralContainerCommon = EphemeralContainerCommon.Parser.ParseFrom(container.ToByteString());
    }

    private static void Probe(Probe probe)
    {
        if (probe.TimeoutSeconds == 0) probe.TimeoutSeconds = 1;
        if (probe.PeriodSeconds == 0) probe.PeriodSeconds = 10;
        if (probe.SuccessThreshold == 0) probe.SuccessThreshold = 1;
        if (probe.FailureThreshold == 0) probe.FailureThreshold = 3;
        HttpGet(probe.Handler?.HttpGet);
        if (probe.Handler?.Grpc is { HasService: false } grpc) grpc.Service = "";
    }

    private static void HttpGet(HTTPGetAction? http)
    {
        if (http is null) return;
        http.Path = Or(http.Path, "/");
        http.Scheme = Or(http.Scheme, "HTTP");
    }

    private static string PullPolicy(string image)
    {
        if (image.Contains('@', StringComparison.Ordinal)) return "IfNotPresent";
        var name = image[(image.LastIndexOf('/') + 1)..];
        var tag = name.Contains(':', StringComparison.Ordinal) ? name[(name.LastIndexOf(':') + 1)..] : "latest";
        return tag == "latest" ? "Always" : "IfNotPresent";
    }

    private static void RoundUp(MapField<string, string> amounts)
    {
        foreach (var (name, text) in amounts.ToArray())
            if (Quantity.TryParse(text, out var amount)) amounts[name] = amount.RoundUpToMilli().ToString();
    }

    internal static string Or(string value, string otherwise) => value.Length > 0 ? value : otherwise;

    internal static int DefaultFileMode => FileMode;
}
