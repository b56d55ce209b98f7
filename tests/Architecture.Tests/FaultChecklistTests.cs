using System.Text.RegularExpressions;

namespace MiniK8s.Architecture.Tests;

/// <summary>docs/FAULTS.md says what is tested of the kubelet's and the scheduler's faults, and nothing else.</summary>
public sealed partial class FaultChecklistTests
{
    private static readonly Matrix Kubelet = new(
        [
            "SIGKILL, back in 5 s", "SIGKILL, back in 10 min", "SIGKILL, and the runtime forgets", "partition from the apiserver", "restart against a stale view",
            "deleted and made again under its name", "200 kubelets reconnect at once",
        ],
        ["idle", "start in flight", "running", "status write in flight", "in termination grace", "lease renewal"]);

    private static readonly Matrix Scheduler = new(
        ["SIGKILL", "SIGSTOP past its lease", "stale cache", "node cordoned or deleted", "store slow for 2 s"],
        [
            "idle", "pod assumed, binding not sent", "binding sent, reply lost", "bound, pod not yet started", "between a victim's end and its nominee's binding",
            "leader change",
        ]);

    // Not in the matrix.
    private static readonly (string Fault, string Moment)[] MoreOfTheScheduler =
    [
        ("told to end", "leader change"), ("cut off from the apiserver", "leader change"), ("apiserver killed", "pod assumed, binding not sent"),
        ("watches broken", "binding sent, reply lost"), ("history compacted, servers started anew", "idle"),
    ];

    private static readonly string Text = File.ReadAllText(Path.Combine(Repository.Root, "docs", "FAULTS.md"));

    private static readonly Cell[] Cells =
    [
        .. Row().Matches(Text).Where(row => row.Groups[1].Value != "Fault").Select(row => new Cell(row.Groups[1].Value, row.Groups[2].Value, [.. Quoted().Matches(row.Groups[4].Value).Select(test => test.Groups[1].Value)], row.Groups[5].Value.Trim())),
    ];

    private static readonly ILookup<string, string> Sources = Directory.EnumerateFiles(Path.Combine(Repository.Root, "tests"), "*Tests.cs", SearchOption.AllDirectories)
        .ToLookup(file => Path.GetFileNameWithoutExtension(file), File.ReadAllText);

    /// <summary>A name made anew and a forgetful runtime mean nothing on an idle node and to a lease; every other pair of fault and moment is a cell.</summary>
    [Fact]
    public void Cells_AreAllOfTheMatrix() => Assert.Equal(
        Kubelet.Cells.Where(cell => cell is not ("deleted and made again under its name" or "SIGKILL, and the runtime forgets", "idle" or "lease renewal"))
            .Concat(Scheduler.Cells).Concat(MoreOfTheScheduler),
        Cells.Select(cell => (cell.Fault, cell.Moment)));

    [Fact]
    public void Cells_NameTestsThatAreThereOrSayWhyThereAreNone() => Assert.All(Cells, cell =>
    {
        Assert.True(cell.Tests.Count > 0 || cell.Note.Length > 0, $"{cell.Fault}, {cell.Moment}: neither a test nor a reason");
        Assert.All(cell.Tests, test => Assert.True(Exists(test), $"there is no test {test}"));
    });

    [Fact]
    public void TestsOfFaults_AreAllNamed()
    {
        var written = ((string[])["Cluster.Tests", "Kubelet.Tests"])
            .SelectMany(project => Directory.EnumerateFiles(Path.Combine(Repository.Root, "tests", project, "Faults"), "*Tests.cs"))
            .SelectMany(file => Method().Matches(File.ReadAllText(file)).Select(method => $"{Path.GetFileNameWithoutExtension(file)}.{method.Groups[1].Value}"))
            .Where(test => test != "KillPointTests.Points_AreTwentyAtLeast");

        Assert.Empty(written.Except(Cells.SelectMany(cell => cell.Tests)));
    }

    [Fact]
    public void KillPoints_AreThoseOfTheTheory()
    {
        var points = File.ReadAllText(Path.Combine(Repository.Root, "tests", "Cluster.Tests", "Faults", "KillPoint.cs"));

        Assert.Equal(PointInCode().Matches(points).Select(point => point.Groups[1].Value).Order(), PointInText().Matches(Text).Select(point => point.Groups[1].Value).Order());
    }

    [Fact]
    public void Count_IsThatOfTheCells() => Assert.Contains(
        $"**{Cells.Count(cell => cell.Tests.Count > 0)} of {Cells.Length}** cells are tested, {Cells.Count(cell => cell.Tests.Count > 0 && cell.Note.Length > 0)} of them in part", Text);

    private static bool Exists(string test)
    {
        var (type, method) = (test.Split('.')[0], test.Split('.')[1]);
        return Sources[type].Any(source => source.Contains($" {method}(", StringComparison.Ordinal));
    }

    private sealed record Matrix(string[] Faults, string[] Moments)
    {
        public IEnumerable<(string Fault, string Moment)> Cells => Faults.SelectMany(fault => Moments.Select(moment => (fault, moment)));
    }

    private sealed record Cell(string Fault, string Moment, IReadOnlyList<string> Tests, string Note);

    [GeneratedRegex(@"^\| ([^|`]+) \| ([^|]+) \| ([^|]+) \|([^|]*)\|([^|]*)\|$", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"\[(?:Fact|MemberData\([^]]*|InlineData\([^]]*)\]\s+public (?:async )?(?:Task|void) (\w+)\(")]
    private static partial Regex Method();

    [GeneratedRegex("""new\("([a-z-]+)", "[a-z-]+", \d""")]
    private static partial Regex PointInCode();

    [GeneratedRegex(@"^\| `([a-z-]+)` \|", RegexOptions.Multiline)]
    private static partial Regex PointInText();
}
