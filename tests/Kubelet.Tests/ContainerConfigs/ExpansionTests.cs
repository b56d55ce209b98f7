using MiniK8s.Kubelet.ContainerConfigs;

namespace MiniK8s.Kubelet.Tests.ContainerConfigs;

public sealed class ExpansionTests
{
    [Theory]
    [InlineData("$(A)", "value")]
    [InlineData("x$(A)y$(A)", "xvalueyvalue")]
    [InlineData("$(NONE)", "$(NONE)")]
    [InlineData("$$(A)", "$(A)")]
    [InlineData("$$", "$")]
    [InlineData("$$$(A)", "$value")]
    [InlineData("$A", "$A")]
    [InlineData("${A}", "${A}")]
    [InlineData("$ ", "$ ")]
    [InlineData("$(A", "$(A")]
    [InlineData("end$", "end$")]
    [InlineData("$($(A))", "$($(A))")]
    [InlineData("$(NESTED)", "$(A)")]
    [InlineData("", "")]
    public void Expand_Text_FollowsTheRules(string text, string expanded)
    {
        var variables = new Dictionary<string, string> { ["A"] = "value", ["NESTED"] = "$(A)" };

        Assert.Equal(expanded, Expansion.Expand(text, variables.GetValueOrDefault));
    }
}
