using MiniK8s.Api.Codecs;
using MiniK8s.Api.ManagedFields;

using static MiniK8s.Api.Tests.ManagedFields.FieldNotation;

namespace MiniK8s.Api.Tests.ManagedFields;

public sealed class FieldsV1CodecTests
{
    [Theory]
    [InlineData("", "{}")]
    [InlineData("a", """{"f:a":{}}""")]
    [InlineData("metadata/labels metadata/labels/app", """{"f:metadata":{"f:labels":{".":{},"f:app":{}}}}""")]
    [InlineData("metadata/labels/app", """{"f:metadata":{"f:labels":{"f:app":{}}}}""")]
    [InlineData("b a/v:\"x\" a/i:1 a/k:{\"n\":\"y\"} a/f:z", """{"f:a":{"f:z":{},"k:{\"n\":\"y\"}":{},"v:\"x\"":{},"i:1":{}},"f:b":{}}""")]
    public void Encode_Set_IsKubernetesCanonicalForm(string fields, string json)
    {
        Assert.Equal(json, Encode(Set(fields)));
        Assert.Equal(Set(fields), Decode(json));
    }

    [Theory]
    [InlineData("""{"f:b":{},"f:a":{}}""", "a b")]
    [InlineData("""{"f:a":{"f:b":{},".":{}}}""", "a a/b")]
    [InlineData("""{"f:a":{".":{}}}""", "a")]
    [InlineData("""{"f:a":{},"x:new":{"f:b":{}}}""", "a")]
    [InlineData("""{"f:a":{"f:b":{}},"f:a":{"f:c":{}}}""", "a/b a/c")]
    [InlineData("""{ "f:a" : { } }""", "a")]
    public void Decode_AnyOrder_IsTheSameSet(string json, string fields) => Assert.Equal(Set(fields), Decode(json));

    [Theory]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("""{"a":{}}""")]
    [InlineData("""{"f:a":1}""")]
    [InlineData("""{"k:{}x":{}}""")]
    public void Decode_Malformed_IsRefused(string json) => Assert.Throws<CodecException>(() => Decode(json));

    [Fact]
    public void Decode_DeepNesting_IsRefused() =>
        Assert.Throws<CodecException>(() => Decode(string.Concat(Enumerable.Repeat("{\"f:a\":", 5000)) + "{}" + new string('}', 5000)));

    [Fact]
    public void RandomSets_ComeBackEqual()
    {
        string[] steps = ["f:a", "f:spec", "f:x y/ü\"😀", "k:{\"name\":\"a\\\"b\"}", "k:{\"containerPort\":80,\"protocol\":\"TCP\"}", "v:\"é\"", "v:12", "v:true", "i:0"];
        for (var seed = 0; seed < 1000; seed++)
        {
            var random = new Random(seed);
            var set = FieldSet.Empty;
            for (var i = random.Next(12); i > 0; i--)
                set = set.Union(FieldSet.Of([.. Enumerable.Range(0, random.Next(1, 6)).Select(_ => PathElement.Parse(steps[random.Next(steps.Length)])!)]));

            var json = Encode(set);

            Assert.True(set.Equals(Decode(json)), $"seed {seed}: {json}");
            Assert.Equal(json, Encode(Decode(json)));
        }
    }
}
