using MiniK8s.Api.Validation;

namespace MiniK8s.Api.Tests.Validation;

public sealed class PodWarningsTests
{
    [Theory]
    [InlineData("", "", null)]
    [InlineData("", "\"terminationGracePeriodSeconds\":-1", "spec.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1")]
    [InlineData("\"env\":[{\"name\":\"A\"},{\"name\":\"A\"}]", "", "spec.containers[0].env[1]: hides previous definition of \"A\", which may be dropped when using apply")]
    [InlineData("\"ports\":[{\"containerPort\":80},{\"containerPort\":80}]", "", "spec.containers[0].ports[1]: duplicate port definition with spec.containers[0].ports[0]")]
    [InlineData("\"resources\":{\"requests\":{\"memory\":\"100m\"}}", "", "spec.containers[0].resources.requests[memory]: fractional byte value \"100m\" is invalid, must be an integer")]
    [InlineData("", "\"nodeSelector\":{\"beta.kubernetes.io/os\":\"linux\"}", "spec.nodeSelector[beta.kubernetes.io/os]: deprecated since v1.14; use \"kubernetes.io/os\" instead")]
    [InlineData("", "\"hostAliases\":[{\"ip\":\"1.2.3.4\"},{\"ip\":\"1.2.3.4\"}]", "spec.hostAliases[1].ip: duplicate ip \"1.2.3.4\"")]
    [InlineData("", "\"topologySpreadConstraints\":[{\"maxSkew\":1,\"topologyKey\":\"z\",\"whenUnsatisfiable\":\"DoNotSchedule\"}]", "spec.topologySpreadConstraints[0].labelSelector: a null labelSelector results in matching no pod")]
    public void OnCreate_SeldomMeant_IsWarnedOf(string container, string spec, string? warning)
    {
        string[] expected = warning is null ? [] : [warning];

        Assert.Equal(expected, PodWarnings.OnCreate(PodValidationTests.APod(container, spec)));
    }

    [Fact]
    public void OnCreate_DottedName_IsWarnedOf()
    {
        var pod = PodValidationTests.APod();
        pod.Metadata.Name = "a.b";

        Assert.Equal(["metadata.name: this is used in the Pod's hostname, which can result in surprising behavior; a DNS label is recommended: [must not contain dots]"], PodWarnings.OnCreate(pod));
    }
}
