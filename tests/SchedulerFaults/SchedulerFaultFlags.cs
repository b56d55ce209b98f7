using System.Globalization;

namespace MiniK8s.SchedulerFaults;

/// <summary>What is to go wrong between the scheduler and the apiserver.</summary>
/// <param name="LoseEvery">Of that many replies to bindings one is lost; 0: none.</param>
/// <param name="FreezeFile">While this file exists the scheduler hears nothing by watch; what happened meanwhile comes afterwards. Null: it always hears.</param>
internal sealed record SchedulerFaultFlags(int LoseEvery, string? FreezeFile)
{
    private static readonly string[] Names = ["--lose-every", "--freeze-file"];

    /// <summary>Parts our flags, each with its value after it, from the rest.</summary>
    public static (SchedulerFaultFlags Faults, string[] Others) Take(string[] args)
    {
        var values = new Dictionary<string, string>();
        var rest = new List<string>();
        for (var i = 0; i < args.Length; i++)
        {
            if (Names.Contains(args[i])) values[args[i]] = args[++i];
            else rest.Add(args[i]);
        }
        var loseEvery = int.Parse(values.GetValueOrDefault("--lose-every", "0"), CultureInfo.InvariantCulture);
        return (new SchedulerFaultFlags(loseEvery, values.GetValueOrDefault("--freeze-file")), [.. rest]);
    }
}
