using MiniK8s.Api.Objects;
using MiniK8s.ApiServer.Registry;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Meta.V1;
using MiniK8s.Protocol.V1;

namespace MiniK8s.ApiServer.Rest.Kubelets;

/// <summary>The kubelet of a node, by the node's name.</summary>
internal sealed class NodeKubelets(IResourceRegistries registries, KubeletChannels channels)
{
    private readonly IResourceRegistry _nodes = registries.Of(ApiKinds.Of<Node>());

    /// <summary>Where it listens, and its API there.</summary>
    /// <exception cref="MiniK8s.Api.Errors.ApiException">404: there is no such node; 500: it has told no address.</exception>
    public async Task<(string Address, Kubelet.KubeletClient Client)> OfAsync(RequestContext context, string node, CancellationToken ct)
    {
        var address = KubeletAddress.Of((Node)await _nodes.GetAsync(context, "", node, new GetOptions(), ct));
        return (address, channels.At(address));
    }
}
