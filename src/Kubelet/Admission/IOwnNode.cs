namespace MiniK8s.Kubelet.Admission;

/// <summary>The node's own object at the apiserver.</summary>
internal interface IOwnNode
{
    /// <summary>As last heard of: a moment old, or older while the apiserver is out of reach.</summary>
    Protocol.Core.V1.Node Latest { get; }

    /// <summary>As it is now.</summary>
    /// <exception cref="MiniK8s.Api.Errors.ApiException">The apiserver does not say.</exception>
    Task<Protocol.Core.V1.Node> ReadAsync(CancellationToken ct);
}
