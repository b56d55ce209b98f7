using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Api.Tests.Rules;

/// <summary>LimitRanges: what they must be, and what may change.</summary>
public sealed class LimitRangeRulesTests
{
    [Fact]
    public void Defaults_LimitRange_FlowFromMaxToDefaultToRequest()
    {
        var item = Manifests.Read<LimitRange>("{META,'spec':{'limits':[{'type':'Container','max':{'cpu':'2'},'min':{'cpu':'1','memory':'1Gi'}}]}}").Spec.Limits[0];

        Assert.Equal("2", item.Default["cpu"]);
        Assert.Equal(("2", "1Gi"), (item.DefaultRequest["cpu"], item.DefaultRequest["memory"]));
    }

    [Fact]
    public void Defaults_LimitRangeOfPods_AreNone() =>
        Assert.Empty(Manifests.Read<LimitRange>("{META,'spec':{'limits':[{'type':'Pod','max':{'cpu':'2'}}]}}").Spec.Limits[0].Default);

    [Theory]
    [InlineData("'type':'Container','max':{'cpu':'2'},'min':{'cpu':'1'},'maxLimitRequestRatio':{'cpu':'2'}", "")]
    [InlineData("'type':'Container','max':{'cpu':'1'},'min':{'cpu':'2'}", "spec.limits[0].min[cpu]: Invalid value: \"2\": min value 2 is greater than max value 1"
        + "|spec.limits[0].defaultRequest[cpu]: Invalid value: \"1\": min value 2 is greater than default request value 1|spec.limits[0].default[cpu]: Invalid value: \"2\": min value 2 is greater than default value 1")]
    [InlineData("'type':'Container','default':{'cpu':'1'},'defaultRequest':{'cpu':'2'}", "spec.limits[0].defaultRequest[cpu]: Invalid value: \"2\": default request value 2 is greater than default limit value 1")]
    [InlineData("'type':'Container','maxLimitRequestRatio':{'cpu':'500m'}", "spec.limits[0].maxLimitRequestRatio[cpu]: Invalid value: \"500m\": ratio 500m is less than 1")]
    [InlineData("'type':'Pod','max':{'cpu':'4'},'min':{'cpu':'1'},'maxLimitRequestRatio':{'cpu':'5'}", "spec.limits[0].maxLimitRequestRatio[cpu]: Invalid value: \"5\": ratio 5 is greater than max/min = 4.000000")]
    [InlineData("'type':'Pod','default':{'cpu':'1'}", "spec.limits[0].default: Forbidden: may not be specified when `type` is 'Pod'")]
    [InlineData("'type':'Node'", "spec.limits[0].type: Invalid value: \"Node\": must be a standard limit type or fully qualified")]
    [InlineData("'type':'Container','max':{'pods':'1'}", "spec.limits[0].max[pods]: Invalid value: \"pods\": must be a standard resource for containers"
        + "|spec.limits[0].default[pods]: Invalid value: \"pods\": must be a standard resource for containers|spec.limits[0].defaultRequest[pods]: Invalid value: \"pods\": must be a standard resource for containers")]
    [InlineData("'type':'PersistentVolumeClaim','max':{'cpu':'1'}", "spec.limits[0].limits: Required value: either minimum or maximum storage value is required, but neither was provided")]
    [InlineData("'type':'PersistentVolumeClaim','max':{'storage':'1Gi'}", "")]
    public void Validate_LimitRange_SaysWhatIsWrong(string item, string expected) =>
        Assert.Equal(expected, Manifests.Faults("LimitRange", "{META,'spec':{'limits':[{" + item + "}]}}"));
}
