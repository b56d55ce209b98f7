namespace MiniK8s.Testing.Tests;

public sealed class RequiredToolTests
{
    [Fact]
    public void Find_AProgramOnThePath_GivesItsFullPath() => Assert.True(File.Exists(RequiredTool.Find("dotnet")));

    [Fact]
    public void ReasonToSkip_SomethingMissing_NamesItUnlessToolsAreRequired()
    {
        var reason = RequiredTool.ReasonToSkip("dotnet", "no-such-program");

        Assert.Equal(RequiredTool.MustBePresent ? null : "no-such-program is not on this machine", reason);
    }
}
