using MiniK8s.Kubelet.Simulation.Scenes;

namespace MiniK8s.Kubelet.Tests.Simulation.Scenes;

public sealed class SceneTextTests
{
    [Theory]
    [InlineData("exit 3 after 20s", "exit 3..3 after 20..20")]
    [InlineData("  exit 0..3   after 1m30s..2m ", "exit 0..3 after 90..120")]
    [InlineData("exit 255 after 0s", "exit 255..255 after 0..0")]
    [InlineData("memory 300Mi in 30s", "memory 314572800 in 30..30")]
    [InlineData("memory 1G in 500ms", "memory 1000000000 in 0.5..0.5")]
    [InlineData("ignore SIGTERM; ignore int", "ignore 15; ignore 2")]
    [InlineData("fail readiness", "fail Readiness from 0..0")]
    [InlineData("fail liveness from 1h", "fail Liveness from 3600..3600")]
    [InlineData("fail startup to 10s..12s", "fail Startup from 0..0 to 10..12")]
    [InlineData("fail readiness from 30s to 60s\nfail readiness from 2m to 3m", "fail Readiness from 30..30 to 60..60; fail Readiness from 120..120 to 180..180")]
    [InlineData("pull 2.5s", "pull 2.5..2.5")]
    [InlineData("seed -7", "seed -7")]
    [InlineData("# it comes and goes; exit 1 after 1s\n\nexit 2 after 5s # so", "exit 2..2 after 5..5")]
    [InlineData("", "")]
    public void Parse_EachForm_SaysWhatIsToHappen(string text, string expected) => Assert.Equal(expected, Told(SceneText.Parse(text)));

    [Theory]
    [InlineData("exit three after 20s", "\"exit three after 20s\" should read: exit CODE after TIME, for example exit 3 after 20s")]
    [InlineData("exit 256 after 20s", "exit CODE after TIME")]
    [InlineData("exit -1 after 20s", "exit CODE after TIME")]
    [InlineData("exit 3 after 20", "exit CODE after TIME")]
    [InlineData("exit 3 after 40s..20s", "exit CODE after TIME")]
    [InlineData("exit 3 after 1s..2s..3s", "exit CODE after TIME")]
    [InlineData("exit 3 after s", "exit CODE after TIME")]
    [InlineData("exit 3 after 99999999s", "exit CODE after TIME")]
    [InlineData("exit 3", "exit CODE after TIME")]
    [InlineData("exit 1 after 1s; exit 2 after 2s", "\"exit 2 after 2s\" is said twice")]
    [InlineData("memory lots in 3s", "memory SIZE in TIME")]
    [InlineData("memory 0 in 3s", "memory SIZE in TIME")]
    [InlineData("ignore SIGKILL", "(SIGKILL cannot be)")]
    [InlineData("ignore SIGNONE", "ignore SIGNAL")]
    [InlineData("fail health", "fail readiness|liveness|startup")]
    [InlineData("fail readiness from 60s to 30s", "fail readiness|liveness|startup")]
    [InlineData("fail readiness to", "fail readiness|liveness|startup")]
    [InlineData("pull slowly", "pull TIME, for example pull 20s")]
    [InlineData("seed x", "seed NUMBER")]
    [InlineData("dance", "\"dance\" should read: exit, memory, ignore, fail, pull or seed")]
    public void Parse_NotOfTheForm_SaysHowItShouldRead(string text, string expected) =>
        Assert.Contains(expected, Assert.Throws<FormatException>(() => SceneText.Parse(text)).Message, StringComparison.Ordinal);

    private static string Told(Scene scene)
    {
        var told = new List<string>();
        if (scene.Exit is { } exit) told.Add($"exit {Told(exit.Code)} after {Told(exit.After)}");
        if (scene.Memory is { } memory) told.Add($"memory {memory.Bytes} in {Told(memory.Over)}");
        told.AddRange(scene.Ignored.Select(signal => $"ignore {signal}"));
        told.AddRange(scene.Failures.Select(f => $"fail {f.Probe} from {Told(f.From)}{(f.To is { } to ? $" to {Told(to)}" : "")}"));
        if (scene.Pull is { } pull) told.Add($"pull {Told(pull)}");
        if (scene.Seed is { } seed) told.Add($"seed {seed}");
        return string.Join("; ", told);
    }

    private static string Told(SceneRange range) => FormattableString.Invariant($"{range.From}..{range.To}");
}
