using MiniK8s.Api.Validation;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Api.Tests.Validation;

public sealed class PodUpdateTests
{
    public static TheoryData<string, Action<Pod>, Action<Pod>, string[]> Changes => new()
    {
        { "nothing", _ => { }, _ => { }, [] },
        { "image", _ => { }, p => p.Spec.Containers[0].Image = "other", [] },
        { "no image", _ => { }, p => p.Spec.Containers[0].Image = "", ["spec.containers[0].image: Required value", "spec.containers[0].image: Required value"] },
        { "labels", _ => { }, p => p.Metadata.Labels["a"] = "b", [] },
        { "one more container", _ => { }, p => p.Spec.Containers.Add(new Container(p.Spec.Containers[0]) { Name = "d" }), ["spec.containers: Forbidden: pod updates may not add or remove containers"] },
        { "deadline set", _ => { }, p => p.Spec.ActiveDeadlineSeconds = 5, [] },
        { "deadline shortened", p => p.Spec.ActiveDeadlineSeconds = 9, p => p.Spec.ActiveDeadlineSeconds = 5, [] },
        { "deadline lengthened", p => p.Spec.ActiveDeadlineSeconds = 5, p => p.Spec.ActiveDeadlineSeconds = 9, ["spec.activeDeadlineSeconds: Invalid value: 9: must be less than or equal to previous value"] },
        { "toleration added", _ => { }, p => p.Spec.Tolerations.Add(new Toleration { Key = "a", Operator = "Exists" }), [] },
        { "toleration removed", p => p.Spec.Tolerations.Add(new Toleration { Key = "a", Operator = "Exists" }), p => p.Spec.Tolerations.Clear(), ["spec.tolerations: Forbidden: existing toleration can not be modified except its tolerationSeconds"] },
        { "grace from negative to one", p => p.Spec.TerminationGracePeriodSeconds = -1, p => p.Spec.TerminationGracePeriodSeconds = 1, [] },
        { "gate added", p => p.Spec.SchedulingGates.Add(new PodSchedulingGate { Name = "a/b" }), p => p.Spec.SchedulingGates.Add(new PodSchedulingGate { Name = "c/d" }), ["spec.schedulingGates[1].name: Forbidden: only deletion is allowed, but found new scheduling gate 'c/d'"] },
        { "gate removed", p => p.Spec.SchedulingGates.Add(new PodSchedulingGate { Name = "a/b" }), p => p.Spec.SchedulingGates.Clear(), [] },
        { "gated: node selector grows", p => p.Spec.SchedulingGates.Add(new PodSchedulingGate { Name = "a/b" }), p => p.Spec.NodeSelector["k"] = "v", [] },
        { "name", _ => { }, p => p.Metadata.Name = "q", ["metadata.name: Invalid value: \"q\": field is immutable"] },
        { "mirror", _ => { }, p => p.Metadata.Annotations["kubernetes.io/config.mirror"] = "x", ["metadata.annotations[kubernetes.io/config.mirror]: Forbidden: may not add mirror pod annotation"] },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public void ValidateUpdate_Change_IsJudgedAsKubernetesDoes(string what, Action<Pod> before, Action<Pod> change, string[] expected)
    {
        var old = Stored(before);
        var pod = old.Clone();
        change(pod);

        var errors = PodValidation.ValidateUpdate(pod, old);

        Assert.True(expected.SequenceEqual(errors.Select(error => error.ToString())), $"{what}: {errors}");
    }

    [Fact]
    public void ValidateUpdate_FrozenField_ShowsWhatMayChangeAndTheDifference()
    {
        var old = Stored(_ => { });
        var pod = old.Clone();
        pod.Spec.NodeName = "n1";

        var error = Assert.Single(PodValidation.ValidateUpdate(pod, old));

        Assert.Equal(
            "spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)\n" +
            "  core.PodSpec{\n+ \tnodeName: n1,\n  }\n",
            error.ToString());
    }

    [Theory]
    [InlineData("Never", 0, true)]
    [InlineData("Never", 1, true)]
    [InlineData("OnFailure", 0, true)]
    [InlineData("OnFailure", 1, false)]
    [InlineData("Always", 0, false)]
    public void ValidateStatusUpdate_EndedContainerRunsAgain_OnlyWherePolicyAllows(string policy, int exitCode, bool isRefused)
    {
        var old = Stored(p => p.Spec.RestartPolicy = policy);
        old.Status.ContainerStatuses.Add(new ContainerStatus { Name = "c", State = new() { Terminated = new() { ExitCode = exitCode } } });
        var pod = old.Clone();
        pod.Status.ContainerStatuses[0].State = new() { Running = new() };

        var errors = PodValidation.ValidateStatusUpdate(pod, old);

        string[] expected = isRefused ? ["status.containerStatuses[0].state: Forbidden: may not be transitioned to non-terminated state"] : [];
        Assert.Equal(expected, errors.Select(error => error.ToString()));
    }

    [Fact]
    public void ValidateStatusUpdate_QosChanges_IsRefused()
    {
        var old = Stored(p => p.Status.QosClass = "Burstable");
        var pod = old.Clone();
        pod.Status.QosClass = "BestEffort";

        Assert.Equal("status.qosClass: Invalid value: \"BestEffort\": field is immutable", Assert.Single(PodValidation.ValidateStatusUpdate(pod, old)).ToString());
    }

    private static Pod Stored(Action<Pod> before)
    {
        var pod = PodValidationTests.APod();
        pod.Metadata.ResourceVersion = "5";
        pod.Metadata.Uid = "u";
        before(pod);
        return pod;
    }
}
