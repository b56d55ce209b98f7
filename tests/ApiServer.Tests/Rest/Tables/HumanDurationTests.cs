using MiniK8s.ApiServer.Rest.Tables;

namespace MiniK8s.ApiServer.Tests.Rest.Tables;

public sealed class HumanDurationTests
{
    private const long Minute = 60;
    private const long Hour = 60 * Minute;
    private const long Day = 24 * Hour;
    private const long Year = 365 * Day;

    [Theory]
    [InlineData(-2, "<invalid>")]
    [InlineData(-1, "0s")]
    [InlineData(0, "0s")]
    [InlineData(119, "119s")]
    [InlineData(2 * Minute, "2m")]
    [InlineData((2 * Minute) + 1, "2m1s")]
    [InlineData((9 * Minute) + 59, "9m59s")]
    [InlineData((10 * Minute) + 59, "10m")]
    [InlineData((3 * Hour) - 1, "179m")]
    [InlineData(3 * Hour, "3h")]
    [InlineData((3 * Hour) + (5 * Minute), "3h5m")]
    [InlineData((8 * Hour) - 1, "7h59m")]
    [InlineData(8 * Hour, "8h")]
    [InlineData((2 * Day) - 1, "47h")]
    [InlineData(2 * Day, "2d")]
    [InlineData((2 * Day) + (3 * Hour), "2d3h")]
    [InlineData((8 * Day) - 1, "7d23h")]
    [InlineData((8 * Day) + (5 * Hour), "8d")]
    [InlineData((2 * Year) - 1, "729d")]
    [InlineData(2 * Year, "2y")]
    [InlineData((2 * Year) + Day, "2y1d")]
    [InlineData((8 * Year) - 1, "7y364d")]
    [InlineData(9 * Year, "9y")]
    public void Of_Seconds_IsWhatKubectlShows(long seconds, string expected) => Assert.Equal(expected, HumanDuration.Of(TimeSpan.FromSeconds(seconds)));

    [Fact]
    public void Since_NoTime_IsUnknown()
    {
        Assert.Equal("<unknown>", HumanDuration.Since(null, DateTimeOffset.UnixEpoch));
        Assert.Equal("<unknown>", HumanDuration.Since(new(), DateTimeOffset.UnixEpoch));
    }
}
