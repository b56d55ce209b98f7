using System.Text;
using System.Text.Json.Nodes;

using MiniK8s.Api.Patches;

namespace MiniK8s.Api.Tests.Patches;

public sealed class JsonPatchTests
{
    [Theory]
    [InlineData("""{"a":1}""", """[{"op":"add","path":"/b","value":[1]}]""", """{"a":1,"b":[1]}""")]
    [InlineData("""{"a":[1,3]}""", """[{"op":"add","path":"/a/1","value":2},{"op":"add","path":"/a/-","value":4}]""", """{"a":[1,2,3,4]}""")]
    [InlineData("""{"a":1,"b":2}""", """[{"op":"remove","path":"/a"}]""", """{"b":2}""")]
    [InlineData("""{"a":[1,2]}""", """[{"op":"replace","path":"/a/0","value":{"x":1}}]""", """{"a":[{"x":1},2]}""")]
    [InlineData("""{"a":{"x":1}}""", """[{"op":"move","from":"/a/x","path":"/b"}]""", """{"a":{},"b":1}""")]
    [InlineData("""{"a":{"x":1}}""", """[{"op":"copy","from":"/a","path":"/b"},{"op":"add","path":"/b/y","value":2}]""", """{"a":{"x":1},"b":{"x":1,"y":2}}""")]
    [InlineData("""{"m":{"a/b":1,"c~d":2}}""", """[{"op":"test","path":"/m/a~1b","value":1},{"op":"remove","path":"/m/c~0d"}]""", """{"m":{"a/b":1}}""")]
    [InlineData("""{"a":1}""", """[{"op":"replace","path":"","value":{"z":1}}]""", """{"z":1}""")]
    public void Apply_Operations_ChangeTheDocument(string document, string patch, string expected)
    {
        var result = JsonPatch.Apply(Parse(document), Parse(patch));

        Assert.True(JsonNode.DeepEquals(Parse(expected), result), result?.ToJsonString());
    }

    [Theory]
    [InlineData("""[{"op":"test","path":"/a","value":2}]""")]
    [InlineData("""[{"op":"remove","path":"/none"}]""")]
    [InlineData("""[{"op":"replace","path":"/none","value":1}]""")]
    [InlineData("""[{"op":"add","path":"/x/y","value":1}]""")]
    [InlineData("""[{"op":"add","path":"/l/5","value":1}]""")]
    [InlineData("""[{"op":"remove","path":"/l/-1"}]""")]
    [InlineData("""[{"op":"remove","path":"/l/01"}]""")]
    [InlineData("""[{"op":"fly","path":"/a"}]""")]
    [InlineData("""[{"path":"/a"}]""")]
    [InlineData("""[{"op":"move","from":"/o","path":"/o/i"}]""")]
    public void Apply_ImpossibleOperation_IsRejected(string patch)
    {
        var error = Assert.Throws<PatchException>(() => JsonPatch.Apply(Parse("""{"a":1,"l":[1,2],"o":{}}"""), Parse(patch)));

        Assert.Equal(PatchFault.Rejected, error.Fault);
    }

    [Fact]
    public void Apply_TooManyOperations_IsTooLarge()
    {
        var patch = new JsonArray([.. Enumerable.Range(0, 10001).Select(_ => (JsonNode)new JsonObject())]);

        var error = Assert.Throws<PatchException>(() => JsonPatch.Apply(new JsonObject(), patch));

        Assert.Equal(PatchFault.TooLarge, error.Fault);
        Assert.Equal("The allowed maximum operations in a JSON patch is 10000, got 10001", error.Message);
    }

    [Fact]
    public void Apply_CopiesOfCopies_AreBounded()
    {
        var operations = Enumerable.Range(0, 60).Select(i => (JsonNode)new JsonObject { ["op"] = "copy", ["from"] = "/a", ["path"] = "/a/k" + i });

        Assert.Throws<PatchException>(() => JsonPatch.Apply(Parse("""{"a":{"b":"ccccccccccccccccccccccc"}}"""), new JsonArray([.. operations])));
    }

    [Fact]
    public void Apply_OperationsThatNestDeeperAndDeeper_AreRejectedBeforeTheStackEnds()
    {
        var deep = string.Concat(Enumerable.Repeat("{\"a\":", 150)) + "1" + new string('}', 150);
        var operations = Enumerable.Range(0, 100).Select(i => (JsonNode)new JsonObject
        {
            ["op"] = "add", ["path"] = string.Concat(Enumerable.Repeat("/a", (150 * i) + 1)), ["value"] = Parse(deep),
        });

        var error = Assert.Throws<PatchException>(() => JsonPatch.Apply(Parse("""{"a":1}"""), new JsonArray([.. operations])));

        Assert.Equal((PatchFault.Rejected, "the result is nested too deeply"), (error.Fault, error.Message));
    }

    [Fact]
    public void Apply_LargeValueMovedToAndFro_IsRejectedBeforeItIsCopiedOften()
    {
        var large = new JsonArray([.. Enumerable.Range(0, 200_000).Select(i => (JsonNode)i)]);
        var operations = Enumerable.Range(0, 10_000).Select(i => (JsonNode)new JsonObject
        {
            ["op"] = "move", ["from"] = i % 2 == 0 ? "/a" : "/b", ["path"] = i % 2 == 0 ? "/b" : "/a",
        });
        var patch = new JsonArray([.. operations]);
        var before = GC.GetAllocatedBytesForCurrentThread();

        Assert.Throws<PatchException>(() => JsonPatch.Apply(new JsonObject { ["a"] = large }, patch));

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100 << 20);      // one copy of the value takes some 16 MB
    }

    private static JsonNode? Parse(string json) => JsonTree.Parse(Encoding.UTF8.GetBytes(json));
}
