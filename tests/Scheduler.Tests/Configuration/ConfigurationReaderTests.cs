using System.Text;

using MiniK8s.Scheduler.Configuration;
using MiniK8s.Scheduler.Plugins.InterPodAffinity;
using MiniK8s.Scheduler.Plugins.NodeAffinity;
using MiniK8s.Scheduler.Plugins.PodTopologySpread;

namespace MiniK8s.Scheduler.Tests.Configuration;

public sealed class ConfigurationReaderTests
{
    private const string Head = "apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\n";

    [Fact]
    public void Read_NothingButItsType_IsOneProfileOfTheDefaults()
    {
        var read = Accepted("");

        var profile = Assert.Single(read.Profiles);
        Assert.Equal(("default-scheduler", 0), (profile.SchedulerName, profile.PercentageOfNodesToScore));
        Assert.Equal((16, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(10)), (read.Parallelism, read.InitialBackoff, read.MaxBackoff));
        Assert.Equal(("", new LeaderElectionConfiguration()), (read.Kubeconfig, read.LeaderElection));
        Assert.Empty(read.Unused);
    }

    [Fact]
    public void Read_EveryGlobalValue_IsTaken()
    {
        var read = Accepted("""
            parallelism: 4
            podInitialBackoffSeconds: 3
            podMaxBackoffSeconds: 30
            clientConnection: {kubeconfig: /etc/scheduler.conf, qps: 100, burst: 200}
            leaderElection: {leaderElect: true, leaseDuration: 30s, renewDeadline: 20s, retryPeriod: 1m0s, resourceName: mine}
            """);

        Assert.Equal((4, TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(30)), (read.Parallelism, read.InitialBackoff, read.MaxBackoff));
        Assert.Equal("/etc/scheduler.conf", read.Kubeconfig);
        var election = new LeaderElectionConfiguration
        {
            LeaseDuration = TimeSpan.FromSeconds(30), RenewDeadline = TimeSpan.FromSeconds(20), RetryPeriod = TimeSpan.FromMinutes(1), ResourceName = "mine",
        };
        Assert.Equal(election, read.LeaderElection);
        Assert.Equal(["clientConnection.qps", "clientConnection.burst", "parallelism"], read.Unused);
    }

    [Fact]
    public void Read_PercentageOfNodesToScore_IsTheProfilesBeforeTheGlobalOne()
    {
        var read = Accepted("""
            percentageOfNodesToScore: 30
            profiles:
            - schedulerName: a
            - schedulerName: b
              percentageOfNodesToScore: 0
            """);

        Assert.Equal([("a", 30), ("b", 0)], read.Profiles.Select(profile => (profile.SchedulerName, profile.PercentageOfNodesToScore)));
    }

    [Fact]
    public void Read_Json_IsTheSameAsYaml()
    {
        var faults = new List<string>();
        var json = """{"apiVersion": "kubescheduler.config.k8s.io/v1", "kind": "KubeSchedulerConfiguration", "podMaxBackoffSeconds": 20, "parallelism": null}""";

        var read = ConfigurationReader.Read(Encoding.UTF8.GetBytes(json), "default-scheduler", PluginRegistry.InTree, faults);

        Assert.Empty(faults);
        Assert.Equal((TimeSpan.FromSeconds(20), 16), (read.MaxBackoff, read.Parallelism));
    }

    [Theory]
    [InlineData("kind: KubeSchedulerConfiguration", """Object 'apiVersion' is missing in '{"kind":"KubeSchedulerConfiguration"}'""")]
    [InlineData("apiVersion: v1", """Object 'Kind' is missing in '{"apiVersion":"v1"}'""")]
    [InlineData(
        "apiVersion: kubescheduler.config.k8s.io/v1beta3\nkind: KubeSchedulerConfiguration",
        "no kind \"KubeSchedulerConfiguration\" is registered for version \"kubescheduler.config.k8s.io/v1beta3\" in scheme \"pkg/scheduler/apis/config/scheme/scheme.go:30\"")]
    [InlineData("apiVersion: v1\nkind: Pod", "no kind \"Pod\" is registered for version \"v1\" in scheme \"pkg/scheduler/apis/config/scheme/scheme.go:30\"")]
    public void Read_AnotherType_SaysWhichIsMeant(string document, string fault) => Assert.Equal([fault], Faults(document));

    [Fact]
    public void Read_NoYaml_SaysWhere() => Assert.StartsWith("error converting YAML to JSON: yaml: ", Assert.Single(Faults("a: [")), StringComparison.Ordinal);

    [Theory]
    [InlineData("nodes: 3", "strict decoding error: unknown field \"nodes\"")]
    [InlineData("Parallelism: 3", "strict decoding error: unknown field \"Parallelism\"")]
    [InlineData("profiles: [{name: x}]", "strict decoding error: unknown field \"profiles[0].name\"")]
    [InlineData("profiles: [{plugins: {filters: {}}}]", "strict decoding error: unknown field \"profiles[0].plugins.filters\"")]
    [InlineData("profiles: [{plugins: {filter: {enabled: [{nam: x, name: NodeName}]}}}]", "strict decoding error: unknown field \"profiles[0].plugins.filter.enabled[0].nam\"")]
    [InlineData("parallelism: 3\nparallelism: 4", "strict decoding error: yaml: unmarshal errors:\n  line 4: key \"parallelism\" already set in map")]
    [InlineData("parallelism: many", "parallelism: json: cannot unmarshal string into Go value of type int32")]
    [InlineData("parallelism: 3000000000", "parallelism: json: cannot unmarshal number 3000000000 into Go value of type int32")]
    [InlineData("profiles: {}", "profiles: json: cannot unmarshal object into Go value of type []KubeSchedulerProfile")]
    [InlineData("profiles: [3]", "profiles[0]: json: cannot unmarshal number into Go value of type KubeSchedulerProfile")]
    [InlineData("leaderElection: {leaseDuration: long}", "leaderElection.leaseDuration: time: invalid duration \"long\"")]
    public void Read_ShapeThatThereIsNot_IsRefusedWithItsPath(string body, string fault) => Assert.Equal([fault], Faults(Head + body));

    [Theory]
    [InlineData("parallelism: 0", "parallelism: Invalid value: 0: should be an integer value greater than zero")]
    [InlineData("percentageOfNodesToScore: 101", "percentageOfNodesToScore: Invalid value: 101: not in valid range [0-100]")]
    [InlineData("profiles: [{percentageOfNodesToScore: -1}]", "profiles[0].percentageOfNodesToScore: Invalid value: -1: not in valid range [0-100]")]
    [InlineData("podInitialBackoffSeconds: 0", "podInitialBackoffSeconds: Invalid value: 0: must be greater than 0")]
    [InlineData("podMaxBackoffSeconds: 0", "podMaxBackoffSeconds: Invalid value: 0: must be greater than or equal to PodInitialBackoffSeconds")]
    [InlineData("clientConnection: {burst: -1}", "clientConnection.burst: Invalid value: -1: must be non-negative")]
    [InlineData("leaderElection: {retryPeriod: 0s}", "leaderElection.retryPeriod: Invalid value: 0s: must be greater than zero")]
    [InlineData("leaderElection: {renewDeadline: 90s}", "leaderElection.leaseDuration: Invalid value: 1m30s: LeaseDuration must be greater than RenewDeadline")]
    [InlineData("leaderElection: {resourceLock: endpoints}", "leaderElection.resourceLock: Invalid value: \"endpoints\": resourceLock value must be \"leases\"")]
    [InlineData("leaderElection: {resourceName: \"\"}", "leaderElection.resourceName: Required value: resourceName is required")]
    [InlineData("extenders: [{urlPrefix: http://x}]", "extenders: Forbidden: this scheduler calls no extenders")]
    [InlineData("profiles: [{schedulerName: \"\"}]", "profiles[0].schedulerName: Required value")]
    [InlineData("profiles: [{schedulerName: a}, {schedulerName: a}]", "profiles[1].schedulerName: Duplicate value: profiles[0].schedulerName")]
    public void Read_ValueOutOfItsLimits_IsRefusedWithItsPath(string body, string fault) => Assert.Equal([fault], Faults(Head + body));

    [Theory]
    [InlineData("leaderElection: {leaderElect: false, resourceLock: endpoints, retryPeriod: 0s}")]
    [InlineData("profiles: [{schedulerName: a, pluginConfig: [{name: NodeAffinity, args: {kind: NodeAffinityArgs, apiVersion: kubescheduler.config.k8s.io/v1}}]}]")]
    public void Read_WhatIsNotLookedAt_IsNotRefused(string body) => Assert.Empty(Faults(Head + body));

    [Fact]
    public void Read_SeveralFaults_TellsThemAll() => Assert.Equal(
        [
            "strict decoding error: unknown field \"nodes\"",
            "parallelism: Invalid value: 0: should be an integer value greater than zero",
            "profiles[0].schedulerName: Required value",
            "profiles[1].schedulerName: Required value",
            "profiles[1].schedulerName: Duplicate value: profiles[0].schedulerName",
        ],
        Faults(Head + "nodes: 3\nparallelism: 0\nprofiles: [{}, {}]"));

    [Theory]
    [InlineData(
        "{name: NodeAffinity, args: {addedAffinities: {}}}",
        "strict decoding error: decoding .profiles[0].pluginConfig[0]: strict decoding error: decoding args for plugin NodeAffinity: strict decoding error: unknown field \"addedAffinities\"")]
    [InlineData(
        "{name: NodeAffinity, args: {addedAffinity: {requiredDuring: 3}}}",
        "strict decoding error: decoding .profiles[0].pluginConfig[0]: strict decoding error: decoding args for plugin NodeAffinity: strict decoding error: unknown field \"addedAffinity.requiredDuring\"")]
    [InlineData(
        "{name: NodeAffinity, args: {kind: NodeNameArgs}}",
        "decoding .profiles[0].pluginConfig[0]: args for plugin NodeAffinity were not of type NodeAffinityArgs.kubescheduler.config.k8s.io, got NodeNameArgs.kubescheduler.config.k8s.io")]
    [InlineData("{name: NodeAffinity, args: [3]}", "decoding .profiles[0].pluginConfig[0]: decoding args for plugin NodeAffinity: json: cannot unmarshal array into Go value of type NodeAffinityArgs")]
    [InlineData(
        "{name: PodTopologySpread, args: {defaultingType: Lists}}",
        "profiles[0].pluginConfig[0].args.defaultingType: Unsupported value: \"Lists\": supported values: \"System\", \"List\"")]
    [InlineData(
        "{name: PodTopologySpread, args: {defaultConstraints: [{maxSkew: 1, topologyKey: zone, whenUnsatisfiable: ScheduleAnyway}]}}",
        "profiles[0].pluginConfig[0].args.defaultingType: Invalid value: \"System\": when .defaultConstraints are not empty")]
    [InlineData(
        "{name: PodTopologySpread, args: {defaultingType: List, defaultConstraints: [{maxSkew: 0, topologyKey: zone, whenUnsatisfiable: DoNotSchedule}]}}",
        "profiles[0].pluginConfig[0].args.defaultConstraints[0].maxSkew: Invalid value: 0: not in valid range (0, inf)")]
    [InlineData(
        "{name: PodTopologySpread, args: {defaultingType: List, defaultConstraints: [{maxSkew: 1, topologyKey: zone, whenUnsatisfiable: Never}]}}",
        "profiles[0].pluginConfig[0].args.defaultConstraints[0].whenUnsatisfiable: Unsupported value: \"Never\": supported values: \"DoNotSchedule\", \"ScheduleAnyway\"")]
    [InlineData("{name: InterPodAffinity, args: {hardPodAffinityWeight: 101}}", "profiles[0].pluginConfig[0].args.hardPodAffinityWeight: Invalid value: 101: not in valid range [0, 100]")]
    [InlineData("{name: DefaultPreemption, args: {minCandidateNodesPercentage: 101}}", "profiles[0].pluginConfig[0].args.minCandidateNodesPercentage: Invalid value: 101: not in valid range [0, 100]")]
    [InlineData("{name: NodeName, args: {}}", "profiles[0].pluginConfig[0].args: Forbidden: plugin \"NodeName\" takes no arguments")]
    [InlineData("{name: NodeNames}", "profiles[0].pluginConfig[0].name: plugin \"NodeNames\" does not exist")]
    [InlineData("{name: NodeAffinity}, {name: NodeAffinity}", "profiles[0].pluginConfig[1]: Duplicate value: \"NodeAffinity\"")]
    public void Read_PluginConfigOfAnotherShape_IsRefusedWithItsPath(string config, string fault) =>
        Assert.Equal([fault], Faults($"{Head}profiles: [{{pluginConfig: [{config}]}}]"));

    [Fact]
    public void Read_PluginConfig_IsWhatThePluginIsMadeWith()
    {
        var profile = Assert.Single(Accepted("""
            profiles:
            - pluginConfig:
              - name: InterPodAffinity
                args: {hardPodAffinityWeight: 7}
              - name: PodTopologySpread
                args:
                  apiVersion: kubescheduler.config.k8s.io/v1
                  kind: PodTopologySpreadArgs
                  defaultingType: List
                  defaultConstraints: [{maxSkew: 2, topologyKey: zone, whenUnsatisfiable: ScheduleAnyway}]
            """).Profiles);

        Assert.Equal(new InterPodAffinityArgs(HardPodAffinityWeight: 7), profile.Arguments["InterPodAffinity"]);
        var spread = Assert.IsType<PodTopologySpreadArgs>(profile.Arguments["PodTopologySpread"]);
        Assert.Equal((PodTopologySpreadArgs.ListedDefaults, 2), (spread.DefaultingType, Assert.Single(spread.DefaultConstraints!).MaxSkew));
        Assert.Equal(new NodeAffinityArgs(), profile.Arguments["NodeAffinity"]);
    }

    [Fact]
    public void Make_TwoProfiles_HavePluginsOfTheirOwn()
    {
        var profiles = Accepted("profiles: [{schedulerName: a}, {schedulerName: b, plugins: {filter: {disabled: [{name: '*'}]}}}]")
            .MakeProfiles(A.Context());

        Assert.Equal(["a", "b"], profiles.SchedulerNames);
        Assert.NotEmpty(profiles.Of(A.Pod().With(spec => spec.SchedulerName = "a").Info()).Plugins.Filters);
        Assert.Empty(profiles.Of(A.Pod().With(spec => spec.SchedulerName = "b").Info()).Plugins.Filters);
    }

    private static SchedulerConfiguration Accepted(string body)
    {
        var faults = new List<string>();
        var read = ConfigurationReader.Read(Encoding.UTF8.GetBytes(Head + body), "default-scheduler", PluginRegistry.InTree, faults);
        Assert.Empty(faults);
        return read;
    }

    private static List<string> Faults(string document)
    {
        var faults = new List<string>();
        ConfigurationReader.Read(Encoding.UTF8.GetBytes(document), "default-scheduler", PluginRegistry.InTree, faults);
        return faults;
    }
}
