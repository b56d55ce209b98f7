using MiniK8s.Protocol.Core.V1;
using MiniK8s.Scheduler.Framework;

namespace MiniK8s.Scheduler.Tests.Reference;

/// <summary>A cluster as its objects say it is, nothing worked out beforehand.</summary>
internal sealed record World(IReadOnlyList<Node> Nodes, IReadOnlyList<Pod> Pods)
{
    public IReadOnlyList<Namespace> Namespaces { get; init; } = [];

    public Node NodeOf(Pod pod) => Nodes.Single(node => node.Metadata.Name == pod.Spec.NodeName);

    public IEnumerable<Pod> On(Node node) => Pods.Where(pod => pod.Spec.NodeName == node.Metadata.Name);

    public Snapshot Snapshot() => new(Nodes.Select(node => node.Info([.. On(node)])));
}
