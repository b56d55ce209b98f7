using MiniK8s.Client.Resources;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Meta.V1;
using MiniK8s.Scheduler.Framework;

namespace MiniK8s.Scheduler.Plugins.DefaultBinder;

/// <summary>Binds through the apiserver, which refuses a pod that has a node, is another by now, or is being deleted.</summary>
internal sealed class DefaultBinder(IApiClient api) : IBindPlugin
{
    public string Name => "DefaultBinder";

    public Task BindAsync(PodInfo pod, string node, CancellationToken ct) => api.BindAsync(
        new Binding
        {
            Metadata = new ObjectMeta { Namespace = pod.Key.Namespace, Name = pod.Key.Name, Uid = pod.Uid },
            Target = new ObjectReference { Kind = "Node", Name = node },
        },
        ct);
}
