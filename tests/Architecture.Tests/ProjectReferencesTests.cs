using System.Xml.Linq;

namespace MiniK8s.Architecture.Tests;

/// <summary>The table of ARCHITECTURE.md, "who may reference whom", against the project files.</summary>
public sealed class ProjectReferencesTests
{
    [Theory]
    [InlineData("Protocol", new string[0])]
    [InlineData("Api", new[] { "Protocol" })]
    [InlineData("Hosting", new[] { "Protocol" })]
    [InlineData("Store", new[] { "Protocol", "Hosting" })]
    [InlineData("Client", new[] { "Api" })]
    [InlineData("ApiServer", new[] { "Api", "Protocol", "Hosting" })]
    [InlineData("Scheduler", new[] { "Client", "Hosting" })]
    [InlineData("Kubelet", new[] { "Client", "Hosting" })]
    [InlineData("ControllerManager", new[] { "Client", "Hosting" })]
    public void Project_References_OnlyWhatTheTableAllows(string project, string[] allowed)
    {
        var references = ReferencesOf(Path.Combine(Repository.Root, "src", project, $"{project}.csproj"));

        Assert.Empty(references.Except(allowed));
    }

    [Fact]
    public void Sources_EveryProject_IsInTheTable()
    {
        string[] known = ["Protocol", "Api", "Hosting", "Store", "Client", "ApiServer", "Scheduler", "Kubelet", "ControllerManager", "Lab", "Grpc.Abstractions"];

        var projects = Directory.GetDirectories(Path.Combine(Repository.Root, "src")).Select(Path.GetFileName);

        Assert.Empty(projects.Except(known));
    }

    [Fact]
    public void Solution_EveryProject_IsListed()
    {
        var solution = File.ReadAllText(Path.Combine(Repository.Root, "MiniK8s.sln")).Replace('\\', '/');

        var projects = ((string[])["src", "tests", "bench"]).Where(folder => Directory.Exists(Path.Combine(Repository.Root, folder)))
            .SelectMany(folder => Directory.GetFiles(Path.Combine(Repository.Root, folder), "*.csproj", SearchOption.AllDirectories))
            .Select(file => Path.GetRelativePath(Repository.Root, file).Replace('\\', '/'));

        Assert.DoesNotContain(projects, project => !solution.Contains(project, StringComparison.Ordinal));
    }

    [Fact]
    public void Protocol_HandwrittenCode_IsTheInterfacesOfObjectsAlone()
    {
        var folder = Path.Combine(Repository.Root, "src", "Protocol");

        var files = Directory.GetFiles(folder, "*.cs", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(folder, file).Replace('\\', '/'))
            .Where(file => !file.StartsWith("obj/", StringComparison.Ordinal) && !file.StartsWith("bin/", StringComparison.Ordinal));

        Assert.Equal(["ApiObjects.cs"], files);
    }

    private static IEnumerable<string> ReferencesOf(string projectFile) => XDocument.Load(projectFile).Descendants("ProjectReference")
        .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value.Replace('\\', '/')));
}
