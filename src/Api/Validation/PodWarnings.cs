using MiniK8s.Api.Quantities;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.Api.Validation;

/// <summary>What is allowed in a new Pod and yet seldom meant: texts for Warning headers. Source: apiserver.md 7.7.</summary>
public static class PodWarnings
{
    private const string NullSelector = "a null labelSelector results in matching no pod";

    private static readonly (string Old, string Since, string New)[] OldNodeLabels =
    [
        ("beta.kubernetes.io/arch", "v1.14", "kubernetes.io/arch"),
        ("beta.kubernetes.io/os", "v1.14", "kubernetes.io/os"),
        ("failure-domain.beta.kubernetes.io/region", "v1.17", "topology.kubernetes.io/region"),
        ("failure-domain.beta.kubernetes.io/zone", "v1.17", "topology.kubernetes.io/zone"),
        ("beta.kubernetes.io/instance-type", "v1.17", "node.kubernetes.io/instance-type"),
    ];

    /// <summary>The warnings for a defaulted Pod that is to be created.</summary>
    public static IReadOnlyList<string> OnCreate(Pod pod) =>
        [.. Name(pod), .. Grace(pod.Spec), .. Containers(pod.Spec), .. NodeLabels(pod.Spec), .. References(pod.Spec), .. Selectors(pod.Spec)];

    private static IEnumerable<string> Name(Pod pod)
    {
        if (pod.Metadata.Name.Length > 0 && NameRules.Label(pod.Metadata.Name) is { Count: > 0 } errors)
            yield return $"metadata.name: this is used in the Pod's hostname, which can result in surprising behavior; a DNS label is recommended: [{string.Join(' ', errors)}]";
    }

    private static IEnumerable<string> Grace(PodSpec spec)
    {
        if (spec.TerminationGracePeriodSeconds < 0)
            yield return "spec.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1";
    }

    private static IEnumerable<string> Containers(PodSpec spec)
    {
        for (var i = 0; i < spec.InitContainers.Count; i++)
            foreach (var warning in Of(spec.InitContainers[i], $"spec.initContainers[{i}]")) yield return warning;
        for (var i = 0; i < spec.Containers.Count; i++)
            foreach (var warning in Of(spec.Containers[i], $"spec.containers[{i}]")) yield return warning;
    }

    private static IEnumerable<string> Of(Container container, string path)
    {
        foreach (var (amounts, field) in new[] { (container.Resources?.Requests, "requests"), (container.Resources?.Limits, "limits") })
        {
            foreach (var name in new[] { "memory", "ephemeral-storage" })
            {
                if (amounts?.TryGetValue(name, out var text) is true && !Quantity.Parse(text).IsWhole)
                    yield return $"{path}.resources.{field}[{name}]: fractional byte value \"{text}\" is invalid, must be an integer";
            }
        }
        HashSet<string> variables = [];
        for (var i = 0; i < container.Env.Count; i++)
        {
            if (!variables.Add(container.Env[i].Name))
                yield return $"{path}.env[{i}]: hides previous definition of \"{container.Env[i].Name}\", which may be dropped when using apply";
        }
        var ports = new Dictionary<(int, string), int>();
        for (var i = 0; i < container.Ports.Count; i++)
        {
            var key = (container.Ports[i].ContainerPort_, container.Ports[i].Protocol);
            if (!ports.TryAdd(key, i)) yield return $"{path}.ports[{i}]: duplicate port definition with {path}.ports[{ports[key]}]";
        }
    }

    private static IEnumerable<string> NodeLabels(PodSpec spec) =>
        from label in OldNodeLabels
        where spec.NodeSelector.ContainsKey(label.Old)
        select $"spec.nodeSelector[{label.Old}]: deprecated since {label.Since}; use \"{label.New}\" instead";

    private static IEnumerable<string> References(PodSpec spec)
    {
        for (var i = 0; i < spec.ImagePullSecrets.Count; i++)
            if (spec.ImagePullSecrets[i].Name.Length == 0) yield return $"spec.imagePullSecrets[{i}].name: invalid empty name \"\"";
        HashSet<string> addresses = [];
        for (var i = 0; i < spec.HostAliases.Count; i++)
            if (!addresses.Add(spec.HostAliases[i].Ip)) yield return $"spec.hostAliases[{i}].ip: duplicate ip \"{spec.HostAliases[i].Ip}\"";
    }

    private static IEnumerable<string> Selectors(PodSpec spec)
    {
        for (var i = 0; i < spec.TopologySpreadConstraints.Count; i++)
            if (spec.TopologySpreadConstraints[i].LabelSelector is null) yield return $"spec.topologySpreadConstraints[{i}].labelSelector: {NullSelector}";
        foreach (var (selector, path) in Terms(spec.Affinity))
            if (selector is null) yield return $"{path}.labelSelector: {NullSelector}";
    }

    private static IEnumerable<(LabelSelector? Selector, string Path)> Terms(Affinity? affinity)
    {
        (IEnumerable<PodAffinityTerm>? Required, IEnumerable<WeightedPodAffinityTerm>? Preferred, string Path)[] both =
        [
            (affinity?.PodAffinity?.RequiredDuringSchedulingIgnoredDuringExecution,
                affinity?.PodAffinity?.PreferredDuringSchedulingIgnoredDuringExecution, "spec.affinity.podAffinity"),
            (affinity?.PodAntiAffinity?.RequiredDuringSchedulingIgnoredDuringExecution,
                affinity?.PodAntiAffinity?.PreferredDuringSchedulingIgnoredDuringExecution, "spec.affinity.podAntiAffinity"),
        ];
        foreach (var (required, preferred, path) in both)
        {
            foreach (var (i, term) in (required ?? []).Index())
                yield return (term.LabelSelector, $"{path}.requiredDuringSchedulingIgnoredDuringExecution[{i}]");
            foreach (var (i, term) in (preferred ?? []).Index())
                yield return (term.PodAffinityTerm?.LabelSelector, $"{path}.preferredDuringSchedulingIgnoredDuringExecution[{i}].podAffinityTerm");
        }
    }
}
