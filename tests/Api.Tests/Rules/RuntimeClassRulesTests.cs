namespace MiniK8s.Api.Tests.Rules;

/// <summary>RuntimeClasses: what they must be, and what may change.</summary>
public sealed class RuntimeClassRulesTests
{
    [Theory]
    [InlineData("'handler':'runsc'", "")]
    [InlineData("'handler':'a.b'", "handler: Invalid value: \"a.b\": must not contain dots")]
    [InlineData("'handler':'h','overhead':{'podFixed':{'cpu':'-1'}}", "overhead.limits[cpu]: Invalid value: \"-1\": must be greater than or equal to 0")]
    [InlineData("'handler':'h','scheduling':{'nodeSelector':{'-a':'b'}}", "scheduling.nodeSelector: Invalid value: \"-a\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')")]
    public void Validate_RuntimeClass_SaysWhatIsWrong(string fields, string expected) =>
        Assert.Equal(expected, Manifests.Faults("RuntimeClass", "{CLUSTERMETA," + fields + "}"));

    [Fact]
    public void Update_RuntimeClass_KeepsItsHandler() => Assert.Equal(
        "handler: Invalid value: \"other\": field is immutable", Manifests.Faults("RuntimeClass", "{CLUSTERMETA,'handler':'h'}", "{CLUSTERMETA,'handler':'other'}"));
}
