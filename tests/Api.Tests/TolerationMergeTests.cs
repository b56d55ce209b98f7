using MiniK8s.Api.Placement;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Api.Tests;

public sealed class TolerationMergeTests
{
    // key operator value effect seconds; "-" is not set
    [Theory]
    [InlineData("a Exists - NoSchedule -", "b Exists - NoSchedule -", "both")]
    [InlineData("a Exists - NoSchedule -", "a Exists - NoSchedule -", "first")]
    [InlineData("a Equal v NoSchedule -", "a Exists - NoSchedule -", "second")]
    [InlineData("a Exists - NoSchedule -", "a Equal v NoSchedule -", "first")]
    [InlineData("a Equal v NoSchedule -", "a Equal w NoSchedule -", "both")]
    [InlineData("a Exists - NoSchedule -", "a Exists - NoExecute -", "both")]
    [InlineData("a Exists - NoSchedule -", "a Exists - - -", "second")]
    [InlineData("a Equal v NoSchedule -", "- Exists - - -", "second")]
    [InlineData("- Exists - - -", "a Equal v NoExecute 30", "first")]
    [InlineData("a Exists - NoExecute 30", "a Exists - NoExecute 60", "second")]
    [InlineData("a Exists - NoExecute 60", "a Exists - NoExecute 30", "first")]
    [InlineData("a Exists - NoExecute 60", "a Exists - NoExecute -", "second")]
    [InlineData("a Equal v NoSchedule -", "a - v NoSchedule -", "second")]
    public void Merge_TwoOfThem_KeepsWhatIsNotCovered(string first, string second, string kept)
    {
        var (one, other) = (Of(first), Of(second));

        var merged = Tolerations.Merge([one, other]);

        Assert.Equal(kept switch { "first" => [one], "second" => [other], _ => (Toleration[])[one, other] }, merged);
    }

    private static Toleration Of(string text)
    {
        var parts = text.Split(' ').Select(part => part == "-" ? "" : part).ToArray();
        var made = new Toleration { Key = parts[0], Operator = parts[1], Value = parts[2], Effect = parts[3] };
        if (parts[4].Length > 0) made.TolerationSeconds = long.Parse(parts[4], System.Globalization.CultureInfo.InvariantCulture);
        return made;
    }
}
