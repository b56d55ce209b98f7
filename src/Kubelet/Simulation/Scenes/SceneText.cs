using System.Globalization;
using System.Text.RegularExpressions;

using MiniK8s.Api.Quantities;
using MiniK8s.Kubelet.Probes;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Scenes;

/// <summary>Reads the text of a <see cref="Scene"/>.</summary>
internal static partial class SceneText
{
    private const double MostSeconds = 365 * 86400;

    /// <exception cref="FormatException">Says which statement is wrong, and how it should read.</exception>
    public static Scene Parse(string text)
    {
        var scene = Scene.None;
        foreach (var line in text.Split('\n'))
        {
            foreach (var statement in line.Split('#')[0].Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            {
                var words = statement.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
                scene = Add(scene, statement, words) ?? throw new FormatException($"\"{statement}\" should read: {FormOf(words[0])}");
            }
        }
        return scene;
    }

    // Null: it does not have the form of its first word.
    private static Scene? Add(Scene scene, string statement, string[] words) => words switch
    {
        ["exit", var code, "after", var time] when Codes(code) is { } codes && Times(time) is { } after =>
            scene.Exit is null ? scene with { Exit = new SceneExit(codes, after) } : throw Twice(statement),
        ["memory", var size, "in", var time] when Bytes(size) is { } bytes && Times(time) is { } over =>
            scene.Memory is null ? scene with { Memory = new SceneMemory(bytes, over) } : throw Twice(statement),
        ["ignore", var name] when Signals.Parse(name) is { } signal && signal != Signals.Kill => scene with { Ignored = [.. scene.Ignored, signal] },
        ["fail", var probe, .. var window] when Role(probe) is { } role && Window(window) is var (from, to) =>
            scene with { Failures = [.. scene.Failures, new SceneFailure(role, from, to)] },
        ["pull", var time] when Times(time) is { } pull => scene.Pull is null ? scene with { Pull = pull } : throw Twice(statement),
        ["seed", var number] when long.TryParse(number, CultureInfo.InvariantCulture, out var seed) => scene with { Seed = seed },
        _ => null,
    };

    private static FormatException Twice(string statement) => new($"\"{statement}\" is said twice");

    private static string FormOf(string word) => word switch
    {
        "exit" => "exit CODE after TIME, for example exit 3 after 20s",
        "memory" => "memory SIZE in TIME, for example memory 300Mi in 30s",
        "ignore" => "ignore SIGNAL, for example ignore SIGTERM (SIGKILL cannot be)",
        "fail" => "fail readiness|liveness|startup [from TIME] [to TIME], for example fail readiness from 30s to 60s",
        "pull" => "pull TIME, for example pull 20s",
        "seed" => "seed NUMBER, for example seed 7",
        _ => "exit, memory, ignore, fail, pull or seed",
    };

    private static ProbeKind? Role(string word) => word switch
    {
        "startup" => ProbeKind.Startup,
        "liveness" => ProbeKind.Liveness,
        "readiness" => ProbeKind.Readiness,
        _ => null,
    };

    private static (SceneRange From, SceneRange? To)? Window(string[] words)
    {
        SceneRange from = default;
        if (words is ["from", var begin, ..])
        {
            if (Times(begin) is not { } given) return null;
            (from, words) = (given, words[2..]);
        }
        return words switch
        {
            [] => (from, null),
            ["to", var end] when Times(end) is { } to && to.From > from.To => (from, to),
            _ => null,
        };
    }

    private static SceneRange? Codes(string text) =>
        Range(text, word => int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var code) && code <= 255 ? code : null);

    private static SceneRange? Times(string text) => Range(text, Seconds);

    private static SceneRange? Range(string text, Func<string, double?> value)
    {
        var ends = text.Split("..");
        if (ends.Length > 2 || value(ends[0]) is not { } from || value(ends[^1]) is not { } to || to < from) return null;
        return new SceneRange(from, to);
    }

    // 500ms, 20s, 1m30s, 2h
    private static double? Seconds(string text)
    {
        var match = Duration().Match(text);
        if (!match.Success || text.Length == 0) return null;
        var seconds = (Part("h") * 3600) + (Part("m") * 60) + Part("s") + (Part("ms") / 1000);
        return seconds <= MostSeconds ? seconds : null;

        double Part(string name) => match.Groups[name].Success ? double.Parse(match.Groups[name].ValueSpan, CultureInfo.InvariantCulture) : 0;
    }

    private static long? Bytes(string text) =>
        Quantity.TryParse(text, out var quantity) && quantity.Value > 0 ? quantity.Value : null;

    [GeneratedRegex(@"^(?:(?<h>\d{1,5})h)?(?:(?<m>\d{1,7})m)?(?:(?<s>\d{1,8}(?:\.\d{1,3})?)s)?(?:(?<ms>\d{1,9})ms)?$")]
    private static partial Regex Duration();
}
