using MiniK8s.Api.Errors;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Scheduler.Framework;
using MiniK8s.Scheduler.Plugins.NodeResources;

namespace MiniK8s.Scheduler.Tests.Plugins;

public sealed class BalancedAllocationTests
{
    private const string Gpu = "example.com/gpu";

    // A node of 10 of each; the parts in use are the pod's requests by 10.
    [Theory]
    [InlineData("2", "5Gi", "8", 75)]       // 0.2 0.5 0.8: mean 0.5, deviation √(0.18/3) = 0.2449
    [InlineData("2", "5Gi", "0", 85)]       // no gpu wanted: |0.2 - 0.5|/2 = 0.15
    [InlineData("5", "5Gi", "5", 100)]
    [InlineData("20", "5Gi", "0", 75)]      // more than there is counts as all of it: |1 - 0.5|/2
    [InlineData("0", "0", "0", 100)]        // what is not asked for is not supposed
    [InlineData("10", "0", "0", 50)]
    public void Score_Parts_FallsWithTheirStandardDeviation(string cpu, string memory, string gpu, long score)
    {
        var node = A.Node(cpu: "10", memory: "10Gi");
        node.Status.Allocatable[Gpu] = "10";
        var pod = A.Pod().Cpu(cpu).Memory(memory);
        pod.Requests(pod.Spec.Containers[0], Gpu, gpu);

        Assert.Equal(score, Plugin("cpu", "memory", Gpu).Score(new CycleState(), pod.Info(), node.Info()));
    }

    [Fact]
    public void Score_PodsThatAreThere_CountWithTheirTrueRequests()
    {
        // The other pod asks for nothing: cpu 2/4, memory 2/8.
        var node = A.Node(cpu: "4", memory: "8Gi").Info(A.Pod("other"));

        Assert.Equal(87, new NodeResourcesBalancedAllocation().Score(new CycleState(), A.Pod().Cpu("2").Memory("2Gi").Info(), node));
    }

    [Fact]
    public void Score_OneResourceOnly_IsInBalance()
    {
        var node = new Node { Metadata = new() { Name = "n1" }, Status = new NodeStatus { Allocatable = { ["cpu"] = "4", ["pods"] = "10" } } };

        Assert.Equal(100, new NodeResourcesBalancedAllocation().Score(new CycleState(), A.Pod().Cpu("3").Memory("1Gi").Info(), node.Info()));
    }

    [Theory]
    [InlineData("cpu", 1, "")]
    [InlineData("cpu", 2, "args.resources[1].weight: Invalid value: 2: must be 1")]
    [InlineData("memory", 1, "args.resources[1].name: Duplicate value: \"memory\"")]
    public void Check_Arguments_AreRefusedInKubernetesWords(string second, int weight, string fault)
    {
        var errors = new FieldErrorList();

        new NodeResourcesBalancedAllocationArgs { Resources = [new() { Name = "memory" }, new() { Name = second, Weight = weight }] }.Check(FieldPath.Of("args"), errors);

        Assert.Equal(fault, errors.Count == 0 ? "" : errors[0].ToString());
    }

    private static NodeResourcesBalancedAllocation Plugin(params string[] resources) =>
        new(new NodeResourcesBalancedAllocationArgs { Resources = [.. resources.Select(name => new ResourceSpec { Name = name })] });
}
