namespace MiniK8s.ControllerManager.NodeLifecycle;

/// <summary>How much of a zone is not ready.</summary>
internal enum ZoneState
{
    /// <summary>Little enough.</summary>
    Normal,

    /// <summary>Most of it, and three nodes at least.</summary>
    Partial,

    /// <summary>All of it.</summary>
    Full,
}
