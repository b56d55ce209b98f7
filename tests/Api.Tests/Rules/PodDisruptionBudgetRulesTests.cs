namespace MiniK8s.Api.Tests.Rules;

/// <summary>PodDisruptionBudgets: what they must be, and what may change.</summary>
public sealed class PodDisruptionBudgetRulesTests
{
    [Theory]
    [InlineData("'minAvailable':1,SELECTOR", "")]
    [InlineData("'maxUnavailable':'50%'", "")]
    [InlineData("'minAvailable':1,'maxUnavailable':1",
        "spec: Invalid value: policy.PodDisruptionBudgetSpec{MinAvailable:(*intstr.IntOrString)(0xc000000000), Selector:(*v1.LabelSelector)(nil), "
        + "MaxUnavailable:(*intstr.IntOrString)(0xc000000000), UnhealthyPodEvictionPolicy:(*policy.UnhealthyPodEvictionPolicyType)(nil)}: "
        + "minAvailable and maxUnavailable cannot be both set")]
    [InlineData("'minAvailable':-1", "spec.minAvailable: Invalid value: -1: must be greater than or equal to 0")]
    [InlineData("'minAvailable':'200%'", "spec.minAvailable: Invalid value: intstr.IntOrString{Type:1, IntVal:0, StrVal:\"200%\"}: must not be greater than 100%")]
    [InlineData("'unhealthyPodEvictionPolicy':'X'", "spec.unhealthyPodEvictionPolicy: Unsupported value: \"X\": supported values: \"AlwaysAllow\", \"IfHealthyBudget\"")]
    public void Validate_PodDisruptionBudget_SaysWhatIsWrong(string spec, string expected) =>
        Assert.Equal(expected, Manifests.Faults("PodDisruptionBudget", "{META,'spec':{" + spec + "}}"));

    [Theory]
    [InlineData("'disruptionsAllowed':-1", "status.disruptionsAllowed: Invalid value: -1: must be greater than or equal to 0")]
    [InlineData("'disruptionsAllowed':0", "")]
    public void UpdateStatus_PodDisruptionBudget_CountsFromNothing(string status, string expected) =>
        Assert.Equal(expected, Manifests.StatusFaults("PodDisruptionBudget", "{META}", "{META,'status':{" + status + "}}"));
}
