namespace MiniK8s.Cluster.Tests.BadInput;

/// <summary>Pods that cannot run as they stand: each ends in the real reason and message, and runs by itself once its cause is mended.</summary>
/// <remarks>What the API does not even let through is in the chapters <c>mistakes-</c> of the golden session; what the node refuses in <c>turned-away</c>.</remarks>
[Collection("lab")]
public sealed class BadInputTests(BadInputStage stage) : IClassFixture<BadInputStage>
{
    public static TheoryData<string> Scenes => [.. BadInputScenes.All.Keys];

    [RequiresToolTheory("kubectl")]
    [MemberData(nameof(Scenes))]
    public Task Pod_ThatCannotRun_SaysWhyAndHeals(string scene) => stage.PlayAsync(scene);
}
