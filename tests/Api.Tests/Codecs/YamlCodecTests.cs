using System.Text;

using MiniK8s.Api.Codecs;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Api.Tests.Codecs;

public sealed class YamlCodecTests
{
    [Theory]
    [InlineData("a: yes", """{"a":true}""")]
    [InlineData("a: \"yes\"", """{"a":"yes"}""")]
    [InlineData("a: 0755", """{"a":493}""")]
    [InlineData("a: 0x1F", """{"a":31}""")]
    [InlineData("a: 1_000", """{"a":1000}""")]
    [InlineData("a: 0.5", """{"a":0.5}""")]
    [InlineData("a: 1.0", """{"a":1}""")]
    [InlineData("a: 1Gi", """{"a":"1Gi"}""")]
    [InlineData("a: 08", """{"a":8}""")]
    [InlineData("a: 2020-01-01", """{"a":"2020-01-01"}""")]
    [InlineData("a: ~", """{"a":null}""")]
    [InlineData("a:", """{"a":null}""")]
    [InlineData("1: x\ntrue: z", """{"1":"x","true":"z"}""")]
    [InlineData("a: |\n  x\n  y\n", """{"a":"x\ny\n"}""")]
    [InlineData("a: &x {b: 1}\nc: *x", """{"a":{"b":1},"c":{"b":1}}""")]
    [InlineData("a: &x {b: 1, c: 2}\nd: {<<: *x, c: 3}", """{"a":{"b":1,"c":2},"d":{"b":1,"c":3}}""")]
    [InlineData("- a\n- [b, c]", """["a",["b","c"]]""")]
    [InlineData("", "null")]
    public void ToJson_AnyScalar_MeansWhatKubectlSees(string yaml, string json)
    {
        Assert.Equal(json, Encoding.UTF8.GetString(YamlCodec.ToJson(Encoding.UTF8.GetBytes(yaml))));
    }

    [Fact]
    public void Decode_DuplicateKey_IsAStrictErrorWithItsLine()
    {
        var decoded = YamlCodec.Decode("spec:\n  nodeName: a\n  nodeName: b\n"u8.ToArray(), Pod.Descriptor);

        Assert.Equal(["yaml: unmarshal errors:\n  line 3: key \"nodeName\" already set in map"], decoded.StrictErrors);
        Assert.Equal("b", ((Pod)decoded.Message).Spec.NodeName);
    }

    [Fact]
    public void ToJson_BillionLaughs_IsRefused()
    {
        var yaml = new StringBuilder("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
        for (var i = 1; i < 10; i++) yaml.Append($"a{i}: &a{i} [{string.Join(',', Enumerable.Repeat("*a" + (i - 1), 10))}]\n");

        var error = Assert.Throws<CodecException>(() => YamlCodec.ToJson(Encoding.UTF8.GetBytes(yaml.ToString())));

        Assert.Equal("yaml: document contains excessive aliasing", error.Message);
    }

    [Theory]
    [InlineData("a: [")]
    [InlineData("a: *none")]
    [InlineData("a: &x [*x]")]
    public void ToJson_Malformed_IsRefusedQuietly(string yaml)
    {
        Assert.StartsWith("yaml: ", Assert.Throws<CodecException>(() => YamlCodec.ToJson(Encoding.UTF8.GetBytes(yaml))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Encode_ConfigMap_LooksLikeKubectls()
    {
        var json = """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c","creationTimestamp":null,"finalizers":["a/b"]},"data":{"script":"set -e\necho hi\n","flag":"yes","port":"80","empty":"","plain":"a b","odd":"a: b"}}"""u8;
        var map = JsonCodec.Decode<ConfigMap>(json.ToArray());

        Assert.Equal("""
            apiVersion: v1
            data:
              empty: ""
              flag: "yes"
              odd: 'a: b'
              plain: a b
              port: "80"
              script: |
                set -e
                echo hi
            kind: ConfigMap
            metadata:
              creationTimestamp: null
              finalizers:
              - a/b
              name: c

            """.ReplaceLineEndings("\n"), Encoding.UTF8.GetString(YamlCodec.Encode(map)));
    }
}
