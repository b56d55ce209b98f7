using MiniK8s.Protocol.V1;

namespace MiniK8s.Scheduler.Explain;

/// <summary>What became of an attempt.</summary>
/// <param name="Plugin">Whose result it is: the plugin that bound the pod or turned the choice down; "" for no single one's.</param>
/// <param name="Message">Why the pod was not bound, as its event says it.</param>
internal sealed record AttemptOutcome(AttemptResult Result, string Plugin = "", string Message = "")
{
    /// <summary>From the attempt's start.</summary>
    public TimeSpan After { get; init; }

    public static AttemptOutcome Bound(string plugin) => new(AttemptResult.Bound, plugin);

    public static AttemptOutcome Rejected(string message, string plugin = "") => new(AttemptResult.Rejected, plugin, message);

    public static AttemptOutcome Failed(string message) => new(AttemptResult.Failed, "", message);
}
