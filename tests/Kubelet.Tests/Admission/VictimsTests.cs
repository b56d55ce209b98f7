using MiniK8s.Api.Quantities;
using MiniK8s.Kubelet.Admission;
using MiniK8s.Kubelet.Tests.Fakes;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.Tests.Admission;

/// <summary>Whom a critical pod drives out. Pods in short: <c>B</c>estEffort, b<c>U</c>rstable, <c>G</c>uaranteed, with cpu and memory.</summary>
public sealed class VictimsTests
{
    [Theory]
    // one class gives enough: the one that comes nearest goes, not the first
    [InlineData("cpu 1", "U:1:1Gi U:2:1Gi", "0")]
    [InlineData("cpu 2", "U:1:1Gi U:2:1Gi", "1")]
    [InlineData("cpu 3", "U:1:1Gi U:2:1Gi", "1 0")]
    // two that would do: the one that asks for less memory, then for less cpu
    [InlineData("cpu 1", "U:1:2Gi U:1:1Gi", "1")]
    [InlineData("cpu 1", "U:3:1Gi U:2:1Gi", "1")]
    // Guaranteed pods only for what the others cannot give
    [InlineData("cpu 2", "G:2:1Gi U:2:1Gi", "1")]
    [InlineData("cpu 4", "G:2:1Gi U:2:1Gi", "1 0")]
    [InlineData("cpu 3", "G:1:1Gi G:2:1Gi U:2:1Gi", "2 0")]
    // BestEffort pods free nothing but their places
    [InlineData("pods 1", "U:1:1Gi B", "1")]
    [InlineData("pods 2", "U:1:1Gi B", "1 0")]
    // and none of them goes where a better one that has to go frees a place as well
    [InlineData("cpu 1, pods 1", "U:1:1Gi B", "0")]
    // two resources at once: the pod that covers most of both
    [InlineData("cpu 1, memory 1Gi", "U:1:100Mi U:100m:1Gi U:1:1Gi", "2")]
    public void Choose_Missing_TakesFromTheLowestClassesTheNearest(string missing, string pods, string expected)
    {
        var others = Pods(pods);

        var (victims, unmet) = Victims.Choose(Critical(), others, Shortages(missing));

        Assert.Empty(unmet);
        Assert.Equal(expected, string.Join(' ', victims.Select(victim => others.IndexOf(victim))));
    }

    [Theory]
    [InlineData("cpu 4", "U:1:1Gi G:2:1Gi", "cpu 1000")]
    [InlineData("pods 2", "U:1:1Gi", "pods 1")]
    [InlineData("cpu 1", "B", "cpu 1000")]
    public void Choose_AllTogetherWouldNotDo_SaysWhatIsStillMissing(string missing, string pods, string unmet)
    {
        var choice = Victims.Choose(Critical(), Pods(pods), Shortages(missing));

        Assert.Empty(choice.Pods);
        Assert.Equal(unmet, string.Join(", ", choice.Unmet.Select(resource => $"{resource.Key} {resource.Value}")));
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(1_000_000_000, true)]
    [InlineData(2_000_000_000, true)]
    [InlineData(2_000_000_999, true)]
    [InlineData(2_000_001_000, false)]
    public void Choose_OfCriticalPods_OnlyThoseOfLowerPriority(int priority, bool isChosen)
    {
        var others = Pods("U:1:1Gi");
        others[0].Spec.Priority = priority;

        Assert.Equal(isChosen, Victims.Choose(Critical(), others, Shortages("cpu 1")).Pods.Count == 1);
    }

    [Fact]
    public void Choose_AStaticPod_IsNeverDrivenOutByAnEqual()
    {
        var others = Pods("U:1:1Gi");
        others[0].Metadata.Annotations["kubernetes.io/config.source"] = "file";
        others[0].Spec.Priority = 2_000_001_000;

        Assert.Empty(Victims.Choose(Critical(), others, Shortages("cpu 1")).Pods);
    }

    private static Pod Critical() => A.Pod().With(pod => pod.Spec.Priority = 2_000_001_000);

    private static List<Shortage> Shortages(string text) => [.. text.Split(", ").Select(part => part.Split(' ')).Select(part => part switch
    {
        ["cpu", var amount] => new Shortage("cpu", Quantity.Parse(amount).MilliValue, 0, 0),
        [var resource, var amount] => new Shortage(resource, Quantity.Parse(amount).Value, 0, 0),
        _ => throw new ArgumentException(text),
    })];

    private static List<Pod> Pods(string text) => [.. text.Split(' ').Select(part => part.Split(':')).Select(part =>
    {
        var resources = new ResourceRequirements();
        if (part is [var kind, var cpu, var memory])
        {
            (resources.Requests["cpu"], resources.Requests["memory"]) = (cpu, memory);
            if (kind == "G") (resources.Limits["cpu"], resources.Limits["memory"]) = (cpu, memory);
        }
        return A.Pod().With(pod => pod.Spec.Containers[0].Resources = resources);
    })];
}
