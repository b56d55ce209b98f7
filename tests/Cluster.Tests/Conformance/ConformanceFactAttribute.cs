namespace MiniK8s.Cluster.Tests.Conformance;

/// <summary>A test of one item of Kubernetes' conformance suite, named after it. docs/CONFORMANCE.md has them all.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ConformanceFactAttribute : FactAttribute
{
    /// <param name="item">The item's name in the checklist.</param>
    /// <param name="needs">What the test runs, as in <see cref="RequiredTool"/>.</param>
    public ConformanceFactAttribute(string item, params string[] needs)
    {
        (Item, DisplayName, Skip) = (item, item, RequiredTool.ReasonToSkip(needs));
    }

    public string Item { get; }

    /// <summary>Where not the whole item is checked: what is. The checklist says the same.</summary>
    public string Half { get; init; } = "";
}
