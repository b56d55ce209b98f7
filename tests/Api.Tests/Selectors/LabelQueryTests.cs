using MiniK8s.Api.Selectors;
using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.Api.Tests.Selectors;

public sealed class LabelQueryTests
{
    private static readonly Dictionary<string, string> Labels = new() { ["app"] = "web", ["tier"] = "front", ["rank"] = "5", ["empty"] = "" };

    [Theory]
    [InlineData("", true)]
    [InlineData("app", true)]
    [InlineData("!app", false)]
    [InlineData("!none", true)]
    [InlineData("app=web", true)]
    [InlineData("app == web", true)]
    [InlineData("app=db", false)]
    [InlineData("app!=db", true)]
    [InlineData("none!=db", true)]
    [InlineData("app in (db, web)", true)]
    [InlineData("app notin (db,web)", false)]
    [InlineData("none notin (db)", true)]
    [InlineData("none in (db)", false)]
    [InlineData("rank>4,rank<6", true)]
    [InlineData("rank>5", false)]
    [InlineData("app>1", false)]
    [InlineData("empty=", true)]
    [InlineData("empty in ()", true)]
    [InlineData("empty in (,a)", true)]
    [InlineData("in=notin", false)]
    [InlineData("app=web,tier=back", false)]
    public void Matches_AnyOperator_AsKubernetesDoes(string selector, bool matches)
    {
        Assert.Equal(matches, LabelQuery.Parse(selector).Matches(Labels));
    }

    [Theory]
    [InlineData("a=b=c", "found '=', expected: ',' or 'end of string'")]
    [InlineData("a b", "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt")]
    [InlineData("a in b", "unable to parse requirement: found 'b' expected: '('")]
    [InlineData("a in (b", "unable to parse requirement: found '', expected: ',' or ')'")]
    [InlineData("a,", "found '', expected: identifier after ','")]
    [InlineData(",a", "found ',', expected: !, identifier, or 'end of string'")]
    [InlineData("!", "unable to parse requirement: found '', expected: identifier")]
    [InlineData("a>x", "unable to parse requirement: values[0]: Invalid value: \"x\": for 'Gt', 'Lt' operators, the value must be an integer")]
    [InlineData("-k", "unable to parse requirement: <nil>: Invalid value: \"-k\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')")]
    [InlineData("a=-b", "unable to parse requirement: values[0][a]: Invalid value: \"-b\": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')")]
    public void Parse_Malformed_SaysWhatWasExpected(string selector, string message)
    {
        Assert.Equal(message, Assert.Throws<SelectorException>(() => LabelQuery.Parse(selector)).Message);
    }

    [Theory]
    [InlineData("b=1,a in (z,y)", "a in (y,z),b=1")]
    [InlineData("x,!y, c != d", "c!=d,x,!y")]
    public void ToString_Parsed_IsSortedByKey(string selector, string text)
    {
        Assert.Equal(text, LabelQuery.Parse(selector).ToString());
    }

    [Fact]
    public void From_NullAndEmpty_MatchNothingAndEverything()
    {
        Assert.False(LabelQuery.From(null).Matches(Labels));
        Assert.True(LabelQuery.From(new LabelSelector()).Matches(Labels));
    }

    [Fact]
    public void From_Expressions_AllMustHold()
    {
        var selector = new LabelSelector { MatchLabels = { ["app"] = "web" } };
        selector.MatchExpressions.Add(new LabelSelectorRequirement { Key = "tier", Operator = "NotIn", Values = { "back" } });
        selector.MatchExpressions.Add(new LabelSelectorRequirement { Key = "none", Operator = "DoesNotExist" });

        Assert.True(LabelQuery.From(selector).Matches(Labels));
        selector.MatchExpressions.Add(new LabelSelectorRequirement { Key = "none", Operator = "Exists" });
        Assert.False(LabelQuery.From(selector).Matches(Labels));
    }

    [Fact]
    public void From_UnknownOperator_IsRefused()
    {
        var selector = new LabelSelector { MatchExpressions = { new LabelSelectorRequirement { Key = "a", Operator = "Like" } } };

        Assert.Equal("\"Like\" is not a valid label selector operator", Assert.Throws<SelectorException>(() => LabelQuery.From(selector)).Message);
    }
}
