using System.Text;

using MiniK8s.Scheduler.Configuration;
using MiniK8s.Scheduler.Framework;
using MiniK8s.Scheduler.Plugins.PodTopologySpread;
using MiniK8s.Scheduler.Tests.Fakes;
using MiniK8s.Scheduler.Tests.Plugins;

namespace MiniK8s.Scheduler.Tests.Configuration;

public sealed class PodTopologySpreadArgsTests
{
    private const string Head = "apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\n";
    private const string Args = "profiles[0].pluginConfig[0].args";

    [Theory]
    [InlineData("defaultingType: None", Args + ".defaultingType: Unsupported value: \"None\": supported values: \"System\", \"List\"")]
    [InlineData(
        "defaultConstraints: [{maxSkew: 1, topologyKey: zone, whenUnsatisfiable: DoNotSchedule}]",
        Args + ".defaultingType: Invalid value: \"System\": when .defaultConstraints are not empty")]
    [InlineData(
        "defaultingType: List, defaultConstraints: [{maxSkew: 0, topologyKey: zone, whenUnsatisfiable: DoNotSchedule}]",
        Args + ".defaultConstraints[0].maxSkew: Invalid value: 0: not in valid range (0, inf)")]
    [InlineData(
        "defaultingType: List, defaultConstraints: [{maxSkew: 1, topologyKey: '', whenUnsatisfiable: DoNotSchedule}]",
        Args + ".defaultConstraints[0].topologyKey: Required value: can not be empty")]
    [InlineData(
        "defaultingType: List, defaultConstraints: [{maxSkew: 1, topologyKey: zone, whenUnsatisfiable: Never}]",
        Args + ".defaultConstraints[0].whenUnsatisfiable: Unsupported value: \"Never\": supported values: \"DoNotSchedule\", \"ScheduleAnyway\"")]
    [InlineData(
        "defaultingType: List, defaultConstraints: [{maxSkew: 1, topologyKey: zone, whenUnsatisfiable: DoNotSchedule, labelSelector: {}}]",
        Args + ".defaultConstraints[0].labelSelector: Forbidden: constraint must not define a selector, as they deduced for each pod")]
    [InlineData(
        "defaultingType: List, defaultConstraints: [{maxSkew: 1, topologyKey: a, whenUnsatisfiable: DoNotSchedule}, {maxSkew: 2, topologyKey: a, whenUnsatisfiable: DoNotSchedule}]",
        Args + ".defaultConstraints[1]: Duplicate value: \"{a, DoNotSchedule}\"")]
    [InlineData("defaultingType: System", "")]
    [InlineData("defaultingType: List", "")]
    [InlineData("defaultingType: List, defaultConstraints: [{maxSkew: 1, topologyKey: a, whenUnsatisfiable: DoNotSchedule}, {maxSkew: 2, topologyKey: a, whenUnsatisfiable: ScheduleAnyway}]", "")]
    public void Check_Arguments_AreRefusedInUpstreamsWords(string args, string fault)
    {
        Read(args, out var faults);

        Assert.Equal(fault, string.Join('\n', faults));
    }

    [Fact]
    public void Make_ListedDefaults_HoldForPodsWithoutConstraints()
    {
        var configuration = Read("defaultingType: List, defaultConstraints: [{maxSkew: 1, topologyKey: topology.kubernetes.io/zone, whenUnsatisfiable: DoNotSchedule}]", out _);
        var objects = new FakeObjects(PodTopologySpreadFilterTests.Service("web", ("app", "web")));
        var pod = PodTopologySpreadFilterTests.Web().Info();
        var plugins = configuration.MakeProfiles(A.Context() with { Objects = objects }).Of(pod).Plugins;
        var snapshot = new Snapshot([Rules.HostIn("n1", "a").Info(PodTopologySpreadFilterTests.Web("web-1")), Rules.HostIn("n2", "b").Info()]);

        var verdicts = Ask.Filter(plugins.Filters.OfType<PodTopologySpread>().Single(), pod, snapshot);

        Assert.Equal(["U: node(s) didn't match pod topology spread constraints", ""], verdicts);
    }

    private static SchedulerConfiguration Read(string args, out List<string> faults)
    {
        faults = [];
        var body = $"{Head}profiles: [{{pluginConfig: [{{name: PodTopologySpread, args: {{{args}}}}}]}}]";
        return ConfigurationReader.Read(Encoding.UTF8.GetBytes(body), "default-scheduler", PluginRegistry.InTree, faults);
    }
}
