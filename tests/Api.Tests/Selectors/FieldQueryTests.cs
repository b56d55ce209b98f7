using MiniK8s.Api.Selectors;

namespace MiniK8s.Api.Tests.Selectors;

public sealed class FieldQueryTests
{
    private static string ValueOf(string field) => field switch { "metadata.name" => "web", "spec.nodeName" => "", "odd" => "a=b,c\\", _ => "?" };

    [Theory]
    [InlineData("", true)]
    [InlineData("metadata.name=web", true)]
    [InlineData("metadata.name==web,spec.nodeName=", true)]
    [InlineData("metadata.name!=web", false)]
    [InlineData("spec.nodeName!=,metadata.name=web", false)]
    [InlineData(@"odd=a\=b\,c\\", true)]
    public void Matches_AnyOperator_ComparesText(string selector, bool matches)
    {
        Assert.Equal(matches, FieldQuery.Parse(selector).Matches(ValueOf));
    }

    [Theory]
    [InlineData("metadata.name", "invalid selector: 'metadata.name'; can't understand 'metadata.name'")]
    [InlineData(@"a=b\c", @"invalid field selector: invalid escape sequence: \c")]
    [InlineData(@"a=b\", @"invalid field selector: invalid escape sequence: \")]
    [InlineData("a=b=c", "invalid field selector: unescaped character in value: 61")]
    public void Parse_Malformed_SaysWhy(string selector, string message)
    {
        Assert.Equal(message, Assert.Throws<SelectorException>(() => FieldQuery.Parse(selector)).Message);
    }

    [Fact]
    public void ToString_OddValues_AreEscaped()
    {
        var text = FieldQuery.Equal("odd", "a=b,c\\").ToString();

        Assert.Equal(@"odd=a\=b\,c\\", text);
        Assert.True(FieldQuery.Parse(text).Matches(ValueOf));
    }

    [Fact]
    public void TryGetExact_EqualTerm_GivesItsValue()
    {
        Assert.True(FieldQuery.Parse("a=1,b!=2").TryGetExact("a", out var value));
        Assert.Equal("1", value);
        Assert.False(FieldQuery.Parse("a=1,b!=2").TryGetExact("b", out _));
    }
}
