using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Api.Objects;

/// <summary>What tells a Pod that only shows a static pod of a node from one that is to be run [pkg/apis/core/annotation_key_constants.go].</summary>
public static class MirrorPod
{
    /// <summary>On every mirror Pod, and on no other; its value is the hash of the static pod's manifest.</summary>
    public const string Annotation = "kubernetes.io/config.mirror";

    /// <summary>Whether the Pod bears it.</summary>
    public static bool IsMirror(this Pod pod) => pod.Metadata.Annotations.ContainsKey(Annotation);
}
