using MiniK8s.Lab.Commands;

namespace MiniK8s.Lab.Tests;

public sealed class TestProjectsTests
{
    [Fact]
    public void LongestFirst_LongAndShort_BeginsWithTheLongAndKeepsAll()
    {
        var order = TestProjects.LongestFirst(["Api.Tests", "Kubelet.Tests", "Store.Tests", "Lab.Tests", "Cluster.Tests", "ApiServer.Tests"]);

        Assert.Equal(["Cluster.Tests", "Store.Tests", "ApiServer.Tests", "Kubelet.Tests", "Api.Tests", "Lab.Tests"], order);
    }

    [Fact]
    public void In_AFolderWithoutAProject_IsLeftOut()
    {
        var checkout = Directory.CreateTempSubdirectory("mk8s-checkout-").FullName;
        Directory.CreateDirectory(Path.Combine(checkout, "tests", "Gone.Tests", "obj"));
        Directory.CreateDirectory(Path.Combine(checkout, "tests", "Here.Tests"));
        File.WriteAllText(Path.Combine(checkout, "tests", "Here.Tests", "Here.Tests.csproj"), "<Project />");

        Assert.Equal(["Here.Tests"], TestProjects.In(checkout));
        Directory.Delete(checkout, recursive: true);
    }
}
