using MiniK8s.Api.Codecs;
using MiniK8s.Api.ManagedFields;

namespace MiniK8s.Api.Tests.ManagedFields;

public sealed class PathElementTests
{
    [Theory]
    [InlineData("f:image", ".image", "f:image")]
    [InlineData("f:app.kubernetes.io/name", ".app.kubernetes.io/name", "f:app.kubernetes.io/name")]
    [InlineData("f:", ".", "f:")]
    [InlineData("k:{\"name\":\"web\"}", "[name=\"web\"]", "k:{\"name\":\"web\"}")]
    [InlineData("k:{\"protocol\":\"TCP\",\"containerPort\":80}", "[containerPort=80,protocol=\"TCP\"]", "k:{\"containerPort\":80,\"protocol\":\"TCP\"}")]
    [InlineData("v:\"a/b\"", "[=\"a/b\"]", "v:\"a/b\"")]
    [InlineData("v:1", "[=1]", "v:1")]
    [InlineData("v:1.5", "[=1.5]", "v:1.5")]
    [InlineData("v:true", "[=true]", "v:true")]
    [InlineData("v:null", "[=null]", "v:null")]
    [InlineData("i:3", "[3]", "i:3")]
    public void Parse_AnyForm_IsShownAndWrittenBack(string form, string shown, string written)
    {
        var element = PathElement.Parse(form)!;

        Assert.Equal((shown, written), (element.ToString(), element.Form));
        Assert.Equal(element, PathElement.Parse(written));
    }

    [Theory]
    [InlineData("")]
    [InlineData("f")]
    [InlineData("fx")]
    [InlineData("k:[]")]
    [InlineData("k:{\"a\":{}}")]
    [InlineData("k:{\"a\":1}x")]
    [InlineData("v:{}")]
    [InlineData("v:")]
    [InlineData("v:1e999")]
    [InlineData("i:x")]
    [InlineData("i:99999999999999999999")]
    public void Parse_Malformed_IsRefused(string form) => Assert.Throws<CodecException>(() => PathElement.Parse(form));

    [Fact]
    public void Parse_UnknownKind_IsNothing() => Assert.Null(PathElement.Parse("x:future"));

    [Fact]
    public void Order_IsFieldsThenKeysThenValuesThenIndexes()
    {
        string[] sorted =
        [
            "f:A", "f:a", "f:b", "k:{\"a\":1}", "k:{\"a\":2}", "k:{\"a\":2,\"b\":1}", "k:{\"a\":\"1\"}", "k:{\"b\":0}",
            "v:-1", "v:1.5", "v:2", "v:\"a\"", "v:false", "v:true", "v:null", "i:2", "i:10",
        ];
        var shuffled = sorted.Reverse().Select(form => PathElement.Parse(form)!).Order();

        Assert.Equal(sorted, shuffled.Select(element => element.Form));
    }
}
