namespace MiniK8s.Api.Patches;

/// <summary>Why a patch was not applied.</summary>
public enum PatchFault
{
    /// <summary>The patch itself is malformed: 400.</summary>
    Malformed,

    /// <summary>It does not fit the object: 422, and the client is told no more.</summary>
    Rejected,

    /// <summary>Too many operations: 413.</summary>
    TooLarge,

    /// <summary>A merge directive could not be followed: 500 with an empty reason, as Kubernetes has it.</summary>
    Unmergeable,
}

/// <summary>A patch that was not applied.</summary>
public sealed class PatchException(PatchFault fault, string message) : Exception(message)
{
    /// <summary>Why.</summary>
    public PatchFault Fault { get; } = fault;
}
