using MiniK8s.Api.ManagedFields;

using static MiniK8s.Api.Tests.ManagedFields.FieldNotation;

namespace MiniK8s.Api.Tests.ManagedFields;

public sealed class FieldSetTests
{
    [Theory]
    [InlineData("", "", "", "", "", "")]
    [InlineData("a", "", "a", "", "a", "a")]
    [InlineData("", "a", "a", "", "", "")]
    [InlineData("a", "a", "a", "a", "", "")]
    [InlineData("a", "b", "a b", "", "a", "a")]
    [InlineData("a a/b", "a", "a a/b", "a", "a/b", "")]
    [InlineData("a", "a/b", "a a/b", "", "a", "a")]
    [InlineData("a/b a/c", "a/b", "a/b a/c", "a/b", "a/c", "a/c")]
    [InlineData("a/b/c a/b/d", "a/b", "a/b a/b/c a/b/d", "", "a/b/c a/b/d", "")]
    [InlineData("a/b c", "a/b c", "a/b c", "a/b c", "", "")]
    [InlineData("l/k:{\"n\":1} l/k:{\"n\":1}/x", "l/k:{\"n\":2} l/k:{\"n\":1}/x", "l/k:{\"n\":1} l/k:{\"n\":1}/x l/k:{\"n\":2}", "l/k:{\"n\":1}/x", "l/k:{\"n\":1}", "l/k:{\"n\":1}")]
    public void Algebra_OfTwoSets(string left, string right, string union, string intersection, string difference, string recursive)
    {
        var (a, b) = (Set(left), Set(right));

        Assert.Equal(Set(union), a.Union(b));
        Assert.Equal(Set(intersection), a.Intersection(b));
        Assert.Equal(Set(difference), a.Difference(b));
        Assert.Equal(Set(recursive), a.RecursiveDifference(b));
    }

    [Fact]
    public void Algebra_OfRandomSets_FitsSetsOfPaths()
    {
        for (var seed = 0; seed < 2000; seed++)
        {
            var random = new Random(seed);
            var (left, right) = (RandomPaths(random), RandomPaths(random));
            var (a, b) = (Set(string.Join(' ', left)), Set(string.Join(' ', right)));

            Same(left.Union(right), a.Union(b), seed);
            Same(left.Intersect(right), a.Intersection(b), seed);
            Same(left.Except(right), a.Difference(b), seed);
            Same(left.Where(path => !right.Any(gone => path == gone || path.StartsWith(gone + "/", StringComparison.Ordinal))), a.RecursiveDifference(b), seed);
            Assert.All(left, path => Assert.True(a.Contains(Path(path))));
            Assert.All(right.Except(left), path => Assert.False(a.Contains(Path(path))));
            Assert.Equal(left.SetEquals(right), a.Equals(b));
        }
    }

    [Fact]
    public void Difference_NothingGoes_IsTheVerySet()
    {
        var set = Set("a/b c");

        Assert.Same(set, set.Difference(Set("a d/e")));
        Assert.Same(set, set.Union(Set("a/b")));
    }

    [Fact]
    public void Paths_AreShownMembersBeforeWhatLiesBelow() =>
        Assert.Equal([".a", ".c", ".a.b", ".a.k[name=\"x\"]"], Set("a/b c a a/k/k:{\"name\":\"x\"}").Paths());

    private static HashSet<string> RandomPaths(Random random) =>
        [.. Enumerable.Range(0, random.Next(8)).Select(_ => string.Join('/', Enumerable.Range(0, random.Next(1, 4)).Select(_ => "abv"[random.Next(2)])))];

    private static void Same(IEnumerable<string> expected, FieldSet actual, int seed) =>
        Assert.True(Set(string.Join(' ', expected)).Equals(actual), $"seed {seed}: {string.Join(' ', expected)} is not {actual}");
}
