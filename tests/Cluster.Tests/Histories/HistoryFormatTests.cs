namespace MiniK8s.Cluster.Tests.Histories;

/// <summary>What a golden history takes for the same, and what it does not.</summary>
public sealed class HistoryFormatTests
{
    private const string Golden = """
        ADDED
          phase: Pending
          Net: False
        MODIFIED, or one with the next
          Net: True
          main: waiting A
        MODIFIED, or one with the next
          main: waiting B
        MODIFIED
          phase: Failed
          Net: False
        """;

    [Theory]
    [InlineData("ADDED\n  phase: Pending\n  Net: False\nMODIFIED\n  Net: True\n  main: waiting A\nMODIFIED\n  main: waiting B\nMODIFIED\n  phase: Failed\n  Net: False")]
    [InlineData("ADDED\n  phase: Pending\n  Net: False\nMODIFIED\n  Net: True\n  main: waiting B\nMODIFIED\n  phase: Failed\n  Net: False")]
    [InlineData("ADDED\n  phase: Pending\n  Net: False\nMODIFIED\n  Net: True\n  main: waiting A\nMODIFIED\n  phase: Failed\n  Net: False\n  main: waiting B")]
    [InlineData("ADDED\n  phase: Pending\n  Net: False\nMODIFIED\n  phase: Failed\n  main: waiting B")]
    public void DifferenceTo_UpdatesSentAsOneWhereTheyMay_IsNone(string seen) => Assert.Null(Of(Golden).DifferenceTo(Of(seen)));

    [Theory]
    [InlineData("ADDED\n  phase: Pending\n  Net: False\n  main: waiting A\nMODIFIED\n  main: waiting B\nMODIFIED\n  phase: Failed")]
    [InlineData("ADDED\n  phase: Pending\n  Net: False\nMODIFIED\n  phase: Failed")]
    [InlineData("ADDED\n  phase: Pending\n  Net: False\nMODIFIED\n  phase: Failed\n  Net: False\n  main: waiting B")]
    [InlineData("ADDED\n  phase: Pending\n  Net: False\nMODIFIED\n  phase: Failed\n  main: waiting B\nMODIFIED")]
    [InlineData("MODIFIED\n  phase: Pending\n  Net: False\nMODIFIED\n  phase: Failed\n  main: waiting B")]
    public void DifferenceTo_AnythingElse_IsShown(string seen) => Assert.NotNull(Of(Golden).DifferenceTo(Of(seen)));

    [Fact]
    public void DifferenceTo_AnotherEvent_IsShown()
    {
        var golden = new History([], ["from kubelet", "  Normal Started: Started container main"]);

        var difference = golden.DifferenceTo(new History([], ["from kubelet", "  Normal Started x2: Started container main"]));

        Assert.Contains("-   Normal Started: Started container main\n+   Normal Started x2: Started container main\n", difference);
    }

    [Fact]
    public void Render_EveryScene_IsReadAgainAsItWas()
    {
        foreach (var name in SceneFiles.Names)
        {
            var scene = SceneFiles.Read(name);

            Assert.Equal(scene.Render(), HistoryScene.Parse(name, scene.Render()).Render());
            Assert.NotEmpty(scene.Expected.Updates);
            Assert.StartsWith("# ", scene.Heading, StringComparison.Ordinal);
        }
    }

    private static History Of(string updates) => new(Update.ParseAll(updates.Split('\n')), []);
}
