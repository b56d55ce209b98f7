namespace MiniK8s.Kubelet.Admission;

/// <summary>The node's own object at the apiserver.</summary>
internal interface IOwnNode
{
    /// <summary>As last read or written: some seconds old.</summary>
    Protocol.Core.V1.Node Latest { get; }

    /// <summary>As it is now.</summary>
    /// <exception cref="MiniK8s.Api.Errors.ApiException">The apiserver does not say.</exception>
    Task<Protocol.Core.V1.Node> ReadAsync(CancellationToken ct);
}
