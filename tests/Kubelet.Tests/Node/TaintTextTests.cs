using MiniK8s.Kubelet.Node;

namespace MiniK8s.Kubelet.Tests.Node;

/// <summary>Taints as a flag has them.</summary>
public sealed class TaintTextTests
{
    [Theory]
    [InlineData("dedicated=web:NoSchedule", "dedicated", "web", "NoSchedule")]
    [InlineData("dedicated:NoExecute", "dedicated", "", "NoExecute")]
    [InlineData("example.com/dedicated=:PreferNoSchedule", "example.com/dedicated", "", "PreferNoSchedule")]
    public void Parse_ATaint_IsRead(string text, string key, string value, string effect)
    {
        var taint = TaintText.Parse(text)!;

        Assert.Equal((key, value, effect), (taint.Key, taint.Value, taint.Effect));
    }

    [Theory]
    [InlineData("")]
    [InlineData("dedicated")]
    [InlineData("dedicated=web")]
    [InlineData("dedicated=web:Never")]
    [InlineData(":NoSchedule")]
    [InlineData("=web:NoSchedule")]
    public void Parse_NoTaint_IsNull(string text) => Assert.Null(TaintText.Parse(text));
}
