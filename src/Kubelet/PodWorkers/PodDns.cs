using MiniK8s.Api.Validation;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.PodWorkers;

/// <summary>What becomes a pod's resolv.conf [pkg/kubelet/network/dns/dns.go GetPodDNS].</summary>
/// <remarks>
/// <code>
/// dnsPolicy                             | basis
/// --------------------------------------+-------------------------------------------------------------------------
/// ClusterFirst, not on the host network | the cluster's, its search list headed by the pod's namespace
/// ClusterFirstWithHostNet               | the same
/// ClusterFirst on the host network      | the node's
/// Default                               | the node's: a simulated one has none
/// None                                  | nothing
/// </code>
/// Then dnsConfig: servers and searches come after those of the basis, each once; options are merged by name, and dnsConfig's win.
/// What is more than a resolver takes is cut off at the end.
/// </remarks>
/// <param name="Config">As the runtime gets it.</param>
/// <param name="Warnings">What was left out of it, one text for each event DNSConfigForming.</param>
internal sealed record PodDns(Runtime.DnsConfig Config, IReadOnlyList<string> Warnings)
{
    /// <summary>From the pod's specification and the cluster's name service.</summary>
    public static PodDns Of(Pod pod, Runtime.DnsConfig cluster)
    {
        var basis = IsClusterFirst(pod.Spec) ? cluster with { Searches = [.. cluster.Searches.Prepend($"{pod.Metadata.Namespace}.svc.cluster.local").Distinct()] } : Runtime.DnsConfig.None;
        var whole = pod.Spec.DnsConfig is { } own ? Merge(basis, own) : basis;
        var fitting = new Runtime.DnsConfig([.. whole.Servers.Take(DnsLimits.Nameservers)], FittingSearches(whole.Searches), whole.Options);

        var warnings = new List<string>();
        if (fitting.Servers.Count < whole.Servers.Count)
            warnings.Add($"Nameserver limits were exceeded, some nameservers have been omitted, the applied nameserver line is: {string.Join(' ', fitting.Servers)}");
        if (fitting.Searches.Count < whole.Searches.Count)
            warnings.Add($"Search Line limits were exceeded, some search paths have been omitted, the applied search line is: {string.Join(' ', fitting.Searches)}");
        return new PodDns(fitting, warnings);
    }

    private static bool IsClusterFirst(PodSpec spec) => spec.DnsPolicy is "ClusterFirstWithHostNet" || (spec.DnsPolicy is "ClusterFirst" or "" && !spec.HostNetwork);

    private static Runtime.DnsConfig Merge(Runtime.DnsConfig basis, PodDNSConfig own) => new(
        [.. basis.Servers.Concat(own.Nameservers).Distinct()],
        [.. basis.Searches.Concat(own.Searches).Distinct()],
        [.. basis.Options.Where(option => own.Options.All(other => other.Name != NameOf(option))), .. own.Options.GroupBy(option => option.Name).Select(same => Text(same.Last()))]);

    private static string NameOf(string option) => option.Split(':', 2)[0];

    private static string Text(PodDNSConfigOption option) => option.Value.Length > 0 ? $"{option.Name}:{option.Value}" : option.Name;

    // The number counts before the too long ones go, as in 1.32.
    private static List<string> FittingSearches(IReadOnlyList<string> searches)
    {
        var fitting = searches.Take(DnsLimits.Searches).Where(search => search.Length <= DnsLimits.DomainCharacters).ToList();
        while (fitting.Sum(search => search.Length + 1) - 1 > DnsLimits.SearchCharacters) fitting.RemoveAt(fitting.Count - 1);
        return fitting;
    }
}
