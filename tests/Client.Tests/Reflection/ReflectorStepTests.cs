using MiniK8s.Client.Reflection;

namespace MiniK8s.Client.Tests.Reflection;

public sealed class ReflectorStepTests
{
    [Theory]
    [InlineData(0, 2, "Listed", false, 1, 2)]
    [InlineData(1, 2, "Closed", false, 1, 3)]
    [InlineData(1, 2, "Closed", true, 1, 0)]
    [InlineData(1, 2, "Expired", false, 0, 3)]
    [InlineData(1, 2, "Expired", true, 0, 0)]
    [InlineData(0, 2, "Faulted", false, 0, 3)]
    [InlineData(1, 2, "Faulted", false, 1, 3)]
    [InlineData(1, 2, "Faulted", true, 1, 0)]
    public void After_EachRow_IsAsTheTableSays(int pass, int failures, string end, bool moved, int nextPass, int nextFailures)
    {
        var next = new ReflectorStep((Pass)pass, failures).After(Enum.Parse<PassEnd>(end), moved);

        Assert.Equal(new ReflectorStep((Pass)nextPass, nextFailures), next);
    }

    [Theory]
    [InlineData(0, 0.9, 0)]
    [InlineData(1, 0, 200)]
    [InlineData(2, 0, 400)]
    [InlineData(3, 0.5, 1000)]
    [InlineData(6, 0, 6400)]
    [InlineData(7, 0, 10_000)]
    [InlineData(1000, 0, 10_000)]
    public void BackoffAfter_MoreFailures_WaitsLongerUpToTheMost(int failures, double chance, int milliseconds) =>
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), new BackoffOptions().After(failures, chance));
}
