using MiniK8s.ApiServer.Rest.Answers;

namespace MiniK8s.ApiServer.Tests.Rest.Answers;

public sealed class WarningHeadersTests
{
    [Fact]
    public void Of_QuotesAndBackslashes_AreEscaped() =>
        Assert.Equal([@"299 - ""unknown field \""a\\b\"""""], WarningHeaders.Of([@"unknown field ""a\b"""]));

    [Fact]
    public void Of_ControlAndForeignCharacters_CannotBreakTheHeader() =>
        Assert.Equal([@"299 - ""a  b?"""], WarningHeaders.Of(["a\r\nbé"]));

    [Fact]
    public void Of_Repeated_IsSaidOnce() => Assert.Single(WarningHeaders.Of(["a", "a"]));

    [Fact]
    public void Of_TooMuchInAll_IsCut()
    {
        var headers = WarningHeaders.Of(Enumerable.Range(0, 30).Select(i => $"{i:D2}" + new string('x', 400)));

        Assert.Equal(16, headers.Count);
        Assert.All(headers, header => Assert.Equal(256 + @"299 - """"".Length, header.Length));
    }
}
