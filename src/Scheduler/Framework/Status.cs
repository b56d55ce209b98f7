namespace MiniK8s.Scheduler.Framework;

internal enum StatusCode
{
    Success,

    /// <summary>Not here, unless pods are removed from here.</summary>
    Unschedulable,

    /// <summary>Not here, whoever is removed.</summary>
    Unresolvable,
}

/// <summary>What a plugin says about a pod, or about a pod on one node.</summary>
/// <param name="Code">Whether it fits, and if not, whether removing pods could help.</param>
/// <param name="Reasons">Every reason the plugin knows, as users read them; empty exactly on success.</param>
internal sealed record Status(StatusCode Code, IReadOnlyList<string> Reasons)
{
    public static readonly Status Success = new(StatusCode.Success, []);

    public bool IsSuccess => Code == StatusCode.Success;

    public static Status Unschedulable(params string[] reasons) => new(StatusCode.Unschedulable, reasons);

    public static Status Unresolvable(params string[] reasons) => new(StatusCode.Unresolvable, reasons);
}
