namespace MiniK8s.Cluster.Tests.Tutorials;

/// <summary>What five tutorials on Pods tell their readers to type, typed as it stands, prints what they show; docs/TUTORIALS.md says where 1.32 differs.</summary>
[Collection("lab")]
public sealed class TutorialTests(TutorialStage stage) : IClassFixture<TutorialStage>
{
    public static TheoryData<string> Scenes => [.. TutorialFiles.Scenes.Names];

    [RequiresToolTheory("kubectl", "sh")]
    [MemberData(nameof(Scenes))]
    public Task Scene_TypedAsItStands_PrintsWhatIsShown(string scene) => stage.PlayAsync(scene);
}
