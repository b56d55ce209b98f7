using MiniK8s.Api.Errors;
using MiniK8s.Kubelet.Admission;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.Kubelet.Tests.Fakes;

/// <summary>A node of 4 CPUs, 8 GiB and 110 pods. What was last read is old once the test has changed it.</summary>
internal sealed class FakeNode : IOwnNode
{
    private Protocol.Core.V1.Node _stored = New();

    public Protocol.Core.V1.Node Latest { get; private set; } = New();

    /// <summary>How often it was read.</summary>
    public int Reads { get; private set; }

    /// <summary>How many reads fail first.</summary>
    public int Failures { get; set; }

    public static Protocol.Core.V1.Node New()
    {
        var node = new Protocol.Core.V1.Node { Metadata = new ObjectMeta { Name = "node-1" }, Spec = new NodeSpec(), Status = new NodeStatus() };
        node.Metadata.Labels["kubernetes.io/os"] = "linux";
        node.Metadata.Labels["zone"] = "a";
        foreach (var (name, amount) in new[] { ("cpu", "4"), ("memory", "8Gi"), ("ephemeral-storage", "100Gi"), ("pods", "110"), ("example.com/card", "2") })
        {
            node.Status.Allocatable[name] = amount;
        }
        return node;
    }

    /// <summary>A change at the apiserver, which the kubelet has not read yet.</summary>
    public void Change(Action<Protocol.Core.V1.Node> change)
    {
        _stored = _stored.Clone();
        change(_stored);
    }

    public Task<Protocol.Core.V1.Node> ReadAsync(CancellationToken ct)
    {
        Reads++;
        if (Failures-- > 0) throw new ApiException(new Protocol.Meta.V1.Status { Reason = "ServiceUnavailable", Code = 503 });
        return Task.FromResult(Latest = _stored);
    }
}
