namespace MiniK8s.Cluster.Tests.Histories;

/// <summary>The exact list of status updates and events of a Pod in each situation it can come into.</summary>
/// <remarks>What is expected was checked, line by line, against what a kubelet of version 1.32 sends; each file names the rules it follows.</remarks>
[Collection("lab")]
public sealed class HistoryTests(HistoryStage stage) : IClassFixture<HistoryStage>
{
    public static TheoryData<string> Scenes => [.. SceneFiles.Names];

    [Theory]
    [MemberData(nameof(Scenes))]
    public async Task Scene_Played_SendsExactlyItsUpdatesAndEvents(string scene)
    {
        if (await stage.PlayAsync(scene) is { } difference) Assert.Fail(difference);
    }
}
