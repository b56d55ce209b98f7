using MiniK8s.Api.Errors;
using MiniK8s.Scheduler.Plugins.DefaultPreemption;

namespace MiniK8s.Scheduler.Tests.Configuration;

public sealed class DefaultPreemptionArgsTests
{
    [Theory]
    [InlineData(10, 100, "")]
    [InlineData(0, 1, "")]
    [InlineData(100, 0, "")]
    [InlineData(101, 1, "args.minCandidateNodesPercentage: Invalid value: 101: not in valid range [0, 100]")]
    [InlineData(-1, 1, "args.minCandidateNodesPercentage: Invalid value: -1: not in valid range [0, 100]")]
    [InlineData(1, -1, "args.minCandidateNodesAbsolute: Invalid value: -1: not in valid range [0, inf)")]
    [InlineData(0, 0, "args.minCandidateNodesPercentage: Invalid value: 0: cannot be zero at the same time as minCandidateNodesAbsolute; "
        + "args.minCandidateNodesAbsolute: Invalid value: 0: cannot be zero at the same time as minCandidateNodesPercentage")]
    public void Check_Arguments_SaysWhatIsWrong(int percentage, int absolute, string faults)
    {
        var errors = new FieldErrorList();

        new DefaultPreemptionArgs(percentage, absolute).Check(FieldPath.Of("args"), errors);

        Assert.Equal(faults, string.Join("; ", errors));
    }
}
