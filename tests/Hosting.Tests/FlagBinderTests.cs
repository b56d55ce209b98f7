using System.Collections;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using MiniK8s.Hosting.Flags;

namespace MiniK8s.Hosting.Tests;

public sealed class FlagBinderTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    private enum Fsync
    {
        Always,
        Off,
    }

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void Bind_NothingGiven_KeepsTheDefaults()
    {
        var (options, faults) = Bind([]);

        Assert.Equal((3, "data", Fsync.Always, false), (options.NodeCount, options.DataDir, options.Fsync, options.IsDry));
        Assert.Empty(faults);
    }

    [Fact]
    public void Bind_EveryType_IsUnderstood()
    {
        var (options, faults) = Bind(
            ["--node-count", "7", "--fsync=off", "--is-dry", "--resync-period", "1m30s", "--etcd-servers", "http://a:2379, http://b:2379", "--ratio", "0.5", "--limit", "10"]);

        Assert.Empty(faults);
        Assert.Equal((7, Fsync.Off, true, TimeSpan.FromSeconds(90)), (options.NodeCount, options.Fsync, options.IsDry, options.ResyncPeriod));
        Assert.Equal(["http://a:2379", "http://b:2379"], options.EtcdServers);
        Assert.Equal((0.5, 10L), (options.Ratio, options.Limit));
    }

    [Fact]
    public void Bind_TheSameSettingThrice_CommandLineThenEnvironmentThenFile()
    {
        File.WriteAllText(_file, """{ "nodeCount": 1, "dataDir": "file", "limit": 1, "etcdServers": ["x", "y"] }""");
        var environment = new Hashtable { ["MINIK8S_DATA_DIR"] = "environment", ["MINIK8S_LIMIT"] = "2", ["MINIK8S_REQUIRE_TOOLS"] = "1" };

        var (options, faults) = Bind(["--config", _file, "--limit", "3"], environment);

        Assert.Empty(faults);
        Assert.Equal((1, "environment", 3L), (options.NodeCount, options.DataDir, options.Limit));
        Assert.Equal(["x", "y"], options.EtcdServers);
    }

    [Fact]
    public void Bind_SeveralFaults_AreAllReportedAndTheDefaultsKept()
    {
        var (options, faults) = Bind(["--node-count", "many", "--fsync", "maybe", "--resync-period", "soon", "--etcd-server", "x", "stray", "--ratio"]);

        Assert.Equal(
            [
                "stray: flags begin with --",
                "--etcd-server: there is no such setting",
                "--node-count: 'many' is not a whole number that fits (Int32)",
                "--fsync: 'maybe' is none of always, off",
                "--resync-period: 'soon' is not a duration such as 500ms, 30s or 1m30s",
                "--ratio: 'true' is not a number",
            ],
            faults);
        Assert.Equal(3, options.NodeCount);
    }

    [Fact]
    public void Bind_ValuesOutOfRange_AreReportedUnderTheNameTheyWereGiven()
    {
        var (_, faults) = Bind(["--node-count", "0"], new Hashtable { ["MINIK8S_RATIO"] = "2" });

        Assert.Equal(["--node-count: between 1 and 5000", "MINIK8S_RATIO: between 0 and 1"], faults.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("0s", true)]
    [InlineData("1h", true)]
    [InlineData("-1ms", false)]
    [InlineData("1h1ms", false)]
    public void Bind_ADuration_IsWithinItsRangeWithBothEnds(string given, bool isTaken)
    {
        var (options, faults) = Bind(["--resync-period", given]);

        Assert.Equal(isTaken ? [] : ["--resync-period: The field ResyncPeriod must be between 00:00:00 and 01:00:00."], faults);
        Assert.Equal(isTaken ? Duration.Parse(given) : TimeSpan.Zero, options.ResyncPeriod);
    }

    [Fact]
    public void Bind_OneValueUnreadableAndOneOutOfRange_BothAreReportedAndNeitherIsGiven()
    {
        var (options, faults) = Bind(["--fsync", "maybe", "--node-count", "0"]);

        Assert.Equal(["--fsync: 'maybe' is none of always, off", "--node-count: between 1 and 5000"], faults);
        Assert.Equal((3, Fsync.Always), (options.NodeCount, options.Fsync));
    }

    [Fact]
    public void Bind_DefaultsOfTheProcess_HoldWhereNothingIsGiven()
    {
        var (options, faults) = Bind(["--limit", "3"], standard: () => new Settings { NodeCount = 5, Limit = 1 });

        Assert.Empty(faults);
        Assert.Equal((5, 3L), (options.NodeCount, options.Limit));
    }

    [Fact]
    public void Bind_DefaultsOfTheProcessOutOfRange_AreReportedAndTheClassesOwnGiven()
    {
        var (options, faults) = Bind([], standard: () => new Settings { NodeCount = 0 });

        Assert.Equal(["--node-count: between 1 and 5000"], faults);
        Assert.Equal(3, options.NodeCount);
    }

    [Fact]
    public void Bind_AFileThatIsNotThere_IsReported()
    {
        var (_, faults) = Bind(["--config", "/no/such/file.json"]);

        Assert.StartsWith("--config /no/such/file.json: ", Assert.Single(faults), StringComparison.Ordinal);
    }

    [Fact]
    public void Bind_AFileThatTheProcessOwns_IsASettingAndNotRead()
    {
        var binder = new FlagBinder(FlagSources.Read(["--config", "/no/such/file.yaml"], new Hashtable(), ownsConfig: true));

        Assert.Equal("/no/such/file.yaml", binder.Bind<OwnFile>().Config);
        Assert.Empty(binder.Faults);
        Assert.DoesNotContain("JSON", binder.Help("test"), StringComparison.Ordinal);
    }

    [Fact]
    public void Help_Always_NamesEachSettingWithItsDefault()
    {
        var binder = new FlagBinder(FlagSources.Read(["--help"], new Hashtable()));
        binder.Bind<Settings>();

        Assert.True(binder.IsHelpWanted);
        Assert.Contains("  --node-count                   how many nodes (default 3)\n", binder.Help("test"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0", 0)]
    [InlineData("250ms", 250)]
    [InlineData("1h2m3.5s", 3_723_500)]
    [InlineData("-10s", -10_000)]
    [InlineData("00:01:30", 90_000)]
    public void Duration_BothNotations_AreUnderstood(string text, double milliseconds) =>
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), Duration.Parse(text));

    [Theory]
    [InlineData("EtcdServers", "etcd-servers")]
    [InlineData("HttpPort", "http-port")]
    [InlineData("TLSCertFile", "tls-cert-file")]
    public void FlagName_OfAProperty_PartsItsWords(string property, string flag) => Assert.Equal(flag, FlagName.Of(property));

    private static (Settings Options, IReadOnlyList<string> Faults) Bind(string[] args, Hashtable? environment = null, Func<Settings>? standard = null)
    {
        var binder = new FlagBinder(FlagSources.Read(args, environment ?? []));
        return (binder.Bind(standard), binder.Faults);
    }

    private sealed class OwnFile
    {
        public string? Config { get; set; }
    }

    private sealed class Settings
    {
        [Description("how many nodes")]
        [Range(1, 5000, ErrorMessage = "between 1 and 5000")]
        public int NodeCount { get; set; } = 3;

        public string DataDir { get; set; } = "data";

        public Fsync Fsync { get; set; } = Fsync.Always;

        public bool IsDry { get; set; }

        [DurationRange("00:00:00", "01:00:00")]
        public TimeSpan ResyncPeriod { get; set; }

        public string[] EtcdServers { get; set; } = [];

        [Range(0.0, 1.0, ErrorMessage = "between 0 and 1")]
        public double Ratio { get; set; }

        public long? Limit { get; set; }
    }
}
