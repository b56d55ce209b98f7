using System.Diagnostics.CodeAnalysis;

using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.ControllerManager.Loops;

/// <summary>What controllers ask of a namespace.</summary>
internal static class NamespaceFacts
{
    /// <summary>Whether it is there and not on its way out.</summary>
    public static bool IsInUse([NotNullWhen(true)] this Namespace? ns) =>
        ns is { Metadata.DeletionTimestamp: null } && ns.Status?.Phase != "Terminating";
}
