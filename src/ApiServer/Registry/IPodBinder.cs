using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.ApiServer.Registry;

/// <summary>The binding subresource: gives an unassigned Pod its node, once.</summary>
internal interface IPodBinder
{
    /// <summary>Sets spec.nodeName and the condition PodScheduled; answers Status Success.</summary>
    Task<Status> BindAsync(
        RequestContext request, string ns, string podName, Binding binding, CreateOptions options, CancellationToken ct);
}
