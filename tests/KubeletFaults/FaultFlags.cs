using System.Globalization;

namespace MiniK8s.KubeletFaults;

/// <summary>What is to go wrong; everything else on the command line is the process's own.</summary>
/// <param name="DieAt">The moment at which the process ends; null: never.</param>
/// <param name="DieOn">Which coming of that moment, from 1.</param>
/// <param name="PauseAt">The first coming of that moment stops the process until it is told to go on; null: never.</param>
/// <param name="CallsFile">Where it is noted what the process did, across lives; null: nowhere.</param>
/// <param name="ListAt">The first list of pods is answered as of this resourceVersion; null: as they are.</param>
/// <param name="ReleaseFile">After an old list nothing is heard by watch before this file exists.</param>
internal sealed record FaultFlags(string? DieAt, int DieOn, string? PauseAt, string? CallsFile, string? ListAt, string? ReleaseFile)
{
    private static readonly string[] Names = ["--die-at", "--die-on", "--pause-at", "--calls-file", "--list-at", "--release-file"];

    /// <summary>Parts our flags, each with its value after it, from the process's.</summary>
    public static (FaultFlags Faults, string[] Others) Take(string[] args)
    {
        var values = new Dictionary<string, string>();
        var rest = new List<string>();
        for (var i = 0; i < args.Length; i++)
        {
            if (Names.Contains(args[i])) values[args[i]] = args[++i];
            else rest.Add(args[i]);
        }
        var dieOn = int.Parse(values.GetValueOrDefault("--die-on", "1"), CultureInfo.InvariantCulture);
        return (new FaultFlags(
            values.GetValueOrDefault("--die-at"), dieOn, values.GetValueOrDefault("--pause-at"), values.GetValueOrDefault("--calls-file"),
            values.GetValueOrDefault("--list-at"), values.GetValueOrDefault("--release-file")), [.. rest]);
    }
}
