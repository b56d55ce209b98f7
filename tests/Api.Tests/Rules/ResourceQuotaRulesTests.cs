namespace MiniK8s.Api.Tests.Rules;

/// <summary>ResourceQuotas: what they must be, and what may change.</summary>
public sealed class ResourceQuotaRulesTests
{
    [Theory]
    [InlineData("'hard':{'cpu':'1','pods':'5','count/deployments.apps':'2','requests.nvidia.com/gpu':'1'}", "")]
    [InlineData("'hard':{'gpu':'1'}", "spec.hard[gpu]: Invalid value: \"gpu\": must be a standard resource type or fully qualified|spec.hard[gpu]: Invalid value: \"gpu\": must be a standard resource for quota")]
    [InlineData("'hard':{'storage':'1'}", "spec.hard[storage]: Invalid value: \"storage\": must be a standard resource for quota")]
    [InlineData("'hard':{'cpu':'-1'}", "spec.hard[cpu]: Invalid value: \"-1\": must be greater than or equal to 0")]
    [InlineData("'hard':{'services':'500m'}", "spec.hard[services]: Invalid value: \"500m\": must be an integer")]
    [InlineData("'hard':{'pods':'1'},'scopes':['X']", "spec.scopes: Invalid value: []core.ResourceQuotaScope{\"X\"}: unsupported scope")]
    [InlineData("'hard':{'cpu':'1'},'scopes':['BestEffort']", "spec.scopes: Invalid value: []core.ResourceQuotaScope{\"BestEffort\"}: unsupported scope applied to resource")]
    [InlineData("'hard':{'pods':'1'},'scopes':['BestEffort','NotBestEffort']", "spec.scopes: Invalid value: []core.ResourceQuotaScope{\"BestEffort\", \"NotBestEffort\"}: conflicting scopes")]
    [InlineData("'scopeSelector':{'matchExpressions':[{'scopeName':'PriorityClass','operator':'In'}]}",
        "spec.scopeSelector.matchExpressions.values: Required value: must be at least one value when `operator` is 'In' or 'NotIn' for scope selector")]
    [InlineData("'scopeSelector':{'matchExpressions':[{'scopeName':'PriorityClass','operator':'In','values':['high']}]}", "")]
    public void Validate_ResourceQuota_SaysWhatIsWrong(string spec, string expected) =>
        Assert.Equal(expected, Manifests.Faults("ResourceQuota", "{META,'spec':{" + spec + "}}"));

    [Fact]
    public void Update_ResourceQuota_KeepsItsScopes()
    {
        Assert.Equal("spec.scopes: Invalid value: []core.ResourceQuotaScope(nil): field is immutable",
            Manifests.Faults("ResourceQuota", "{META,'spec':{'scopes':['BestEffort']}}", "{META}"));
        Assert.Equal("", Manifests.Faults("ResourceQuota", "{META,'spec':{'hard':{'pods':'1'}}}", "{META,'spec':{'hard':{'pods':'2'}}}"));
    }
}
