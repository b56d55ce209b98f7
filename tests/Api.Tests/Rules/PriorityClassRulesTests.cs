using MiniK8s.Protocol.Scheduling.V1;

namespace MiniK8s.Api.Tests.Rules;

/// <summary>PriorityClasses: what they must be, and what may change.</summary>
public sealed class PriorityClassRulesTests
{
    [Theory]
    [InlineData("x", "'value':1000000000", "")]
    [InlineData("x", "'value':1000000001", "value: Forbidden: maximum allowed value of a user defined priority is 1000000000")]
    [InlineData("x", "'value':-5,'preemptionPolicy':'Never'", "")]
    [InlineData("x", "'preemptionPolicy':'X'", "preemptionPolicy: Unsupported value: \"X\": supported values: \"PreemptLowerPriority\", \"Never\"")]
    [InlineData("system-x", "'value':1", "metadata.name: Forbidden: priority class names with 'system-' prefix are reserved for system use only. error: system-x is not a known system priority class")]
    [InlineData("system-node-critical", "'value':1", "metadata.name: Forbidden: priority class names with 'system-' prefix are reserved for system use only. error: value of system-node-critical PriorityClass must be 2000001000")]
    [InlineData("system-cluster-critical", "'value':2000000000", "")]
    public void Validate_PriorityClass_SaysWhatIsWrong(string name, string fields, string expected) =>
        Assert.Equal(expected, Manifests.Faults("PriorityClass", "{'metadata':{'name':'" + name + "'}," + fields + "}"));

    [Theory]
    [InlineData("'value':2", "value: Forbidden: may not be changed in an update.")]
    [InlineData("'value':1,'preemptionPolicy':'Never'", "preemptionPolicy: Invalid value: \"Never\": field is immutable")]
    [InlineData("'value':1,'description':'d','globalDefault':true", "")]
    public void Update_PriorityClass_KeepsItsValue(string fields, string expected) =>
        Assert.Equal(expected, Manifests.Faults("PriorityClass", "{CLUSTERMETA,'value':1}", "{CLUSTERMETA," + fields + "}"));

    [Fact]
    public void Defaults_PriorityClass_Preempts() =>
        Assert.Equal("PreemptLowerPriority", Manifests.Read<PriorityClass>("{CLUSTERMETA}").PreemptionPolicy);
}
