using Xunit.Abstractions;

[assembly: TestCollectionOrderer("MiniK8s.Cluster.Tests.LongestFirst", "MiniK8s.Cluster.Tests")]

namespace MiniK8s.Cluster.Tests;

/// <summary>Begins with the tests of the shared lab, one after the other the longest row by far, so that the others are done beside them and not before.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    public IEnumerable<ITestCollection> OrderTestCollections(IEnumerable<ITestCollection> testCollections) =>
        testCollections.OrderBy(collection => collection.DisplayName == "lab" ? 0 : 1);
}
