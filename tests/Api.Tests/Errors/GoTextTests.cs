using MiniK8s.Api.Errors;

namespace MiniK8s.Api.Tests.Errors;

public sealed class GoTextTests
{
    [Theory]
    [InlineData(0, "0s")]
    [InlineData(0.0000001, "100ns")]
    [InlineData(0.0000015, "1.5µs")]
    [InlineData(0.3, "300ms")]
    [InlineData(1, "1s")]
    [InlineData(1.5, "1.5s")]
    [InlineData(59.999, "59.999s")]
    [InlineData(60, "1m0s")]
    [InlineData(900, "15m0s")]
    [InlineData(3600, "1h0m0s")]
    [InlineData(90061.25, "25h1m1.25s")]
    [InlineData(-2, "-2s")]
    public void Duration_AnyLength_IsWrittenAsGoDoes(double seconds, string expected) =>
        Assert.Equal(expected, GoText.Duration(TimeSpan.FromTicks((long)Math.Round(seconds * TimeSpan.TicksPerSecond))));
}
