namespace MiniK8s.Kubelet.Runtime;

/// <summary>One TCP connection; disposing it ends both directions. Reading answers 0 when the other side has no more to send.</summary>
internal abstract class PodConnection : Stream
{
    /// <summary>No more will be sent; the other side reads what is on its way and then the end.</summary>
    public abstract void CloseSending();
}
