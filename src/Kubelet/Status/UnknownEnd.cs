using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.Status;

/// <summary>The end of a container of which nobody knows how it ended: told as a failure, since nobody can say that it succeeded [pkg/kubelet/container/runtime.go].</summary>
internal static class UnknownEnd
{
    private const string Reason = "ContainerStatusUnknown";
    private const int ExitCode = 137;

    /// <summary>Of one that the runtime has forgotten.</summary>
    public static ContainerStateTerminated OfForgotten() => new()
    {
        Reason = Reason, ExitCode = ExitCode, Message = "The container could not be located when the pod was deleted.  The container used to be Running",
    };

    /// <summary>Of one whose state the runtime cannot say, and of one that has no end when its pod has.</summary>
    public static ContainerStateTerminated OfUnlocated() => new()
    {
        Reason = Reason, ExitCode = ExitCode, Message = "The container could not be located when the pod was terminated",
    };
}
