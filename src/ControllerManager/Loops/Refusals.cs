using MiniK8s.Api.Errors;

namespace MiniK8s.ControllerManager.Loops;

/// <summary>Refusals that mean: what was wanted is so already.</summary>
internal static class Refusals
{
    /// <summary>Whether the server refused because of that.</summary>
    public static bool Is(this ApiException refusal, string reason) => refusal.Status.Reason == reason;

    /// <summary>Whether the object's namespace is on its way out, so that nothing may be made in it.</summary>
    public static bool IsNamespaceTerminating(this ApiException refusal) =>
        refusal.Status.Code == 403 && refusal.Status.Details?.Causes.Any(cause => cause.Reason == "NamespaceTerminating") == true;
}
