using System.Text;

using MiniK8s.Api.Errors;
using MiniK8s.Api.Patches;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.Api.Tests.Patches;

public sealed class ObjectPatchTests
{
    private static readonly ConfigMap Current = new() { Metadata = new ObjectMeta { Name = "c" }, Data = { ["a"] = "1", ["b"] = "2" } };

    [Theory]
    [InlineData(PatchType.Merge, """{"data":{"a":null,"c":"3"}}""")]
    [InlineData(PatchType.StrategicMerge, """{"data":{"a":null,"c":"3"}}""")]
    [InlineData(PatchType.Json, """[{"op":"remove","path":"/data/a"},{"op":"add","path":"/data/c","value":"3"}]""")]
    public void Apply_EachType_GivesANewObject(PatchType type, string patch)
    {
        var (patched, strict) = ObjectPatch.Apply(type, Encoding.UTF8.GetBytes(patch), Current);

        Assert.Equal(new ConfigMap { Metadata = new ObjectMeta { Name = "c" }, Data = { ["b"] = "2", ["c"] = "3" } }, patched);
        Assert.Empty(strict);
        Assert.Equal("1", Current.Data["a"]);
    }

    [Theory]
    [InlineData(PatchType.Merge, "[]", 400, "error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}")]
    [InlineData(PatchType.Merge, "{", 400, "error decoding patch: unexpected end of JSON input")]
    [InlineData(PatchType.Json, """[{"op":"remove","path":"/nope"}]""", 422, "the server rejected our request due to an error in our request")]
    [InlineData(PatchType.Merge, """{"data":[]}""", 422, """ "" is invalid: patch: Invalid value: "{\"kind\":\"ConfigMap\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"c\",\"creationTimestamp\":null},\"data\":[]}": json: cannot unmarshal array into Go struct field ConfigMap.data of type map[string]string""")]
    [InlineData(PatchType.StrategicMerge, "[]", 400, "json: cannot unmarshal array into Go value of type map[string]interface {}")]
    [InlineData(PatchType.StrategicMerge, "{", 400, "unexpected end of JSON input")]
    [InlineData(PatchType.StrategicMerge, """{"data":[1,"x"]}""", 422, """ "" is invalid: patch: Invalid value: "map[data:[1 x]]": cannot restore map from slice""")]
    [InlineData(PatchType.StrategicMerge, """{"data":{"a":{}}}""", 422, """ "" is invalid: patch: Invalid value: "map[data:map[a:map[]]]": unrecognized type: string""")]
    [InlineData(PatchType.StrategicMerge, """{"data":{"a":1}}""", 422, """ "" is invalid: patch: Invalid value: "map[data:map[a:1]]": cannot convert int64 to string""")]
    [InlineData(PatchType.StrategicMerge, """{"immutable":"yes"}""", 422, """ "" is invalid: patch: Invalid value: "map[immutable:yes]": unrecognized type: bool""")]
    [InlineData(PatchType.StrategicMerge, """{"metadata":"x"}""", 422, """ "" is invalid: patch: Invalid value: "map[metadata:x]": cannot restore struct from: string""")]
    [InlineData(PatchType.StrategicMerge, """{"metadata":{"finalizers":"x"}}""", 422, """ "" is invalid: patch: Invalid value: "map[metadata:map[finalizers:x]]": cannot restore slice from string""")]
    [InlineData(PatchType.StrategicMerge, """{"metadata":{"generation":true}}""", 422, """ "" is invalid: patch: Invalid value: "map[metadata:map[generation:true]]": unrecognized type: int64""")]
    public void Apply_Refused_HasKubernetesText(PatchType type, string patch, int code, string message)
    {
        var error = Assert.Throws<ApiException>(() => ObjectPatch.Apply(type, Encoding.UTF8.GetBytes(patch), Current));

        Assert.Equal(code, error.Code);
        Assert.Equal(message, error.Message);
    }

    [Theory]
    [InlineData(PatchType.Merge, """{"data":{"z":"1","z":"2"}}""", "duplicate field \"data.z\"")]
    [InlineData(PatchType.StrategicMerge, """{"data":{"z":"1"},"data":{"z":"2"}}""", "duplicate field \"data\"")]
    [InlineData(PatchType.Json, """[{"op":"test","path":"/data/a","value":"1","value":"1","foo":1}]""",
        "json patch duplicate field \"[0].value\"", "json patch unknown field \"[0].foo\"")]
    public void Apply_PatchThatSaysAThingTwice_IsAStrictError(PatchType type, string patch, params string[] expected)
    {
        var (_, strict) = ObjectPatch.Apply(type, Encoding.UTF8.GetBytes(patch), Current);

        Assert.Equal(expected, strict);
    }

    [Fact]
    public void Apply_UnknownField_IsAStrictError()
    {
        var (_, strict) = ObjectPatch.Apply(PatchType.Merge, """{"data":{"z":"1"},"dta":{}}"""u8.ToArray(), Current);

        Assert.Equal(["unknown field \"dta\""], strict);
    }
}
