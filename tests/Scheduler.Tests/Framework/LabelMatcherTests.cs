using MiniK8s.Api.Selectors;
using MiniK8s.Protocol.Meta.V1;
using MiniK8s.Scheduler.Framework;

namespace MiniK8s.Scheduler.Tests.Framework;

public sealed class LabelMatcherTests
{
    private static readonly string[] Keys = ["app", "tier", "zone"];
    private static readonly string[] Values = ["", "a", "b"];
    private static readonly string[] Operators = ["In", "NotIn", "Exists", "DoesNotExist"];

    // The same as the selectors of the API, which watches and lists go by, on 5000 random pairs.
    [Fact]
    public void Matches_RandomSelectorsAndLabels_SaysWhatLabelQuerySays()
    {
        var random = new Random(1);
        var yes = 0;
        for (var i = 0; i < 5000; i++)
        {
            var selector = RandomSelector(random);
            var labels = Keys.Where(_ => random.Next(2) == 0).ToDictionary(key => key, _ => Values[random.Next(3)]);

            var expected = LabelQuery.From(selector).Matches(labels);

            Assert.True(expected == LabelMatcher.Of(selector).Matches(LabelSet.Of(labels)), $"{selector} on {string.Join(',', labels)}");
            if (expected) yes++;
        }
        Assert.InRange(yes, 500, 4500);     // the test tells the two apart
    }

    [Fact]
    public void Of_Null_MatchesNothingAndEmptyEverything()
    {
        Assert.False(LabelMatcher.Of(null).Matches(LabelSet.Empty));
        Assert.True(LabelMatcher.Of(null).IsNothing);
        Assert.True(LabelMatcher.Of(new()).Matches(LabelSet.Empty));
        Assert.True(LabelMatcher.Of(new()).IsEverything);
    }

    [Fact]
    public void Of_SelectorThatIsNotValid_MatchesNothing() => Assert.True(
        LabelMatcher.Of(new() { MatchExpressions = { new LabelSelectorRequirement { Key = "app", Operator = "Like" } } }).IsNothing);

    [Fact]
    public void And_NothingOnEitherSide_IsNothing()
    {
        Assert.True(LabelMatcher.Nothing.And(LabelMatcher.Everything).IsNothing);
        Assert.True(LabelMatcher.Everything.And(LabelMatcher.Nothing).IsNothing);
        Assert.True(LabelMatcher.Nothing.With("app", "web").IsNothing);
    }

    private static LabelSelector RandomSelector(Random random)
    {
        var selector = new LabelSelector();
        for (var n = random.Next(2); n > 0; n--) selector.MatchLabels[Keys[random.Next(3)]] = Values[random.Next(3)];
        for (var n = random.Next(3); n > 0; n--)
        {
            var requirement = new LabelSelectorRequirement { Key = Keys[random.Next(3)], Operator = Operators[random.Next(4)] };
            if (requirement.Operator is "In" or "NotIn") requirement.Values.Add(Values.Where(_ => random.Next(2) == 0).DefaultIfEmpty("c"));
            selector.MatchExpressions.Add(requirement);
        }
        return selector;
    }
}
