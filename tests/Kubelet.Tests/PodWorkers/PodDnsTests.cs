using MiniK8s.Kubelet.PodWorkers;
using MiniK8s.Kubelet.Runtime;
using MiniK8s.Kubelet.Tests.Fakes;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.Tests.PodWorkers;

/// <summary>What becomes resolv.conf, by policy and dnsConfig, and what is told of what it leaves out.</summary>
public sealed class PodDnsTests
{
    private const string Cluster = "10.96.0.10 | ns.svc.cluster.local svc.cluster.local cluster.local | ndots:5";
    private static readonly DnsConfig Service = new(["10.96.0.10"], ["svc.cluster.local", "cluster.local"], ["ndots:5"]);

    [Theory]
    [InlineData("", false, Cluster)]
    [InlineData("ClusterFirst", false, Cluster)]
    [InlineData("ClusterFirst", true, " |  | ")]
    [InlineData("ClusterFirstWithHostNet", false, Cluster)]
    [InlineData("ClusterFirstWithHostNet", true, Cluster)]
    [InlineData("Default", false, " |  | ")]
    [InlineData("Default", true, " |  | ")]
    [InlineData("None", false, " |  | ")]
    public void Of_Policy_IsTheTables(string policy, bool onHostNetwork, string wanted)
    {
        var dns = PodDns.Of(Pod(policy, onHostNetwork), Service);

        Assert.Equal(wanted, Text(dns.Config));
        Assert.Empty(dns.Warnings);
    }

    [Fact]
    public void Of_DnsConfig_ComesAfterTheBasisEachOnce() =>
        Assert.Equal(
            "10.96.0.10 1.1.1.1 | ns.svc.cluster.local svc.cluster.local cluster.local example.com | ndots:5",
            Text(PodDns.Of(Pod("ClusterFirst", own: Own(["1.1.1.1", "10.96.0.10", "1.1.1.1"], ["example.com", "cluster.local"])), Service).Config));

    [Theory]
    [InlineData("ndots=2", "ndots:2")]
    [InlineData("ndots", "ndots")]
    [InlineData("edns0", "ndots:5 edns0")]
    [InlineData("edns0,ndots=1", "edns0 ndots:1")]
    [InlineData("timeout=3,timeout=4", "ndots:5 timeout:4")]
    [InlineData("timeout=", "ndots:5 timeout")]
    public void Of_Options_AreMergedByNameAndTheirsWin(string options, string wanted)
    {
        var own = Own([], []);
        foreach (var words in options.Split(',').Select(option => option.Split('=')))
        {
            var option = new PodDNSConfigOption { Name = words[0] };
            if (words.Length > 1) option.Value = words[1];
            own.Options.Add(option);
        }

        Assert.Equal(wanted, string.Join(' ', PodDns.Of(Pod("ClusterFirst", own: own), Service).Config.Options));
    }

    [Theory]
    [InlineData(2, null)]
    [InlineData(3, "Nameserver limits were exceeded, some nameservers have been omitted, the applied nameserver line is: 10.96.0.10 1.1.1.0 1.1.1.1")]
    public void Of_MoreThanThreeServers_TheFirstThreeApply(int own, string? warning)
    {
        var dns = PodDns.Of(Pod("ClusterFirst", own: Own(Enumerable.Range(0, own).Select(i => $"1.1.1.{i}"), [])), Service);

        Assert.Equal(3, dns.Config.Servers.Count);
        Assert.Equal(warning is null ? [] : [warning], dns.Warnings);
    }

    [Theory]
    [InlineData(29, 32, false)]
    [InlineData(30, 32, true)]
    public void Of_MoreThan32Domains_TheFirst32Apply(int own, int applied, bool isTold)
    {
        var dns = PodDns.Of(Pod("ClusterFirst", own: Own([], Enumerable.Range(0, own).Select(i => $"d{i}"))), Service);

        Assert.Equal(applied, dns.Config.Searches.Count);
        Assert.Equal(isTold ? [SearchWarning(dns.Config)] : [], dns.Warnings);
    }

    // 52 characters are the cluster's; a space goes before each of ours.
    [Theory]
    [InlineData(1996 - 7 * 251 - 1, 11, false)]
    [InlineData(1996 - 7 * 251, 10, true)]
    public void Of_MoreThan2048Characters_TheLastOnesGo(int lastLength, int applied, bool isTold)
    {
        var own = Enumerable.Range(0, 7).Select(i => new string((char)('a' + i), 250)).Append(new string('z', lastLength));

        var dns = PodDns.Of(Pod("ClusterFirst", own: Own([], own)), Service);

        Assert.Equal(applied, dns.Config.Searches.Count);
        Assert.True(string.Join(' ', dns.Config.Searches).Length <= 2048);
        Assert.Equal(isTold ? [SearchWarning(dns.Config)] : [], dns.Warnings);
    }

    [Fact]
    public void Of_DomainLongerThanAName_GoesAloneAndLeavesTheOthers()
    {
        var dns = PodDns.Of(Pod("ClusterFirst", own: Own([], [new string('a', 253), new string('b', 254), "c"])), Service);

        Assert.Equal([new string('a', 253), "c"], dns.Config.Searches.Skip(3));
        Assert.Equal([SearchWarning(dns.Config)], dns.Warnings);
    }

    private static string SearchWarning(DnsConfig applied) =>
        "Search Line limits were exceeded, some search paths have been omitted, the applied search line is: " + string.Join(' ', applied.Searches);

    private static Pod Pod(string policy, bool onHostNetwork = false, PodDNSConfig? own = null) => A.Pod().With(pod =>
    {
        (pod.Spec.DnsPolicy, pod.Spec.HostNetwork) = (policy, onHostNetwork);
        if (own is not null) pod.Spec.DnsConfig = own;
    });

    private static PodDNSConfig Own(IEnumerable<string> servers, IEnumerable<string> searches) => new() { Nameservers = { servers }, Searches = { searches } };

    private static string Text(DnsConfig config) => $"{string.Join(' ', config.Servers)} | {string.Join(' ', config.Searches)} | {string.Join(' ', config.Options)}";
}
