using System.Text;
using System.Text.Json.Nodes;

using MiniK8s.Api.Patches;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Api.Tests.Patches;

public sealed class StrategicMergePatchTests
{
    private const string TwoContainers = """{"spec":{"containers":[{"name":"a","image":"1"},{"name":"b","image":"2"}]}}""";

    public static TheoryData<string, string, string, string> Cases => new()
    {
        { "element merged by key", TwoContainers,
            """{"spec":{"containers":[{"name":"b","image":"3"}]}}""",
            """{"spec":{"containers":[{"name":"a","image":"1"},{"name":"b","image":"3"}]}}""" },
        { "new element appended", TwoContainers,
            """{"spec":{"containers":[{"name":"c","image":"3"}]}}""",
            """{"spec":{"containers":[{"name":"a","image":"1"},{"name":"b","image":"2"},{"name":"c","image":"3"}]}}""" },
        { "new element placed by order", TwoContainers,
            """{"spec":{"$setElementOrder/containers":[{"name":"c"},{"name":"a"}],"containers":[{"name":"c","image":"3"}]}}""",
            """{"spec":{"containers":[{"name":"b","image":"2"},{"name":"c","image":"3"},{"name":"a","image":"1"}]}}""" },
        { "order alone", TwoContainers,
            """{"spec":{"$setElementOrder/containers":[{"name":"b"},{"name":"a"}]}}""",
            """{"spec":{"containers":[{"name":"b","image":"2"},{"name":"a","image":"1"}]}}""" },
        { "element deleted", TwoContainers,
            """{"spec":{"containers":[{"name":"a","$patch":"delete"}]}}""",
            """{"spec":{"containers":[{"name":"b","image":"2"}]}}""" },
        { "list replaced", TwoContainers,
            """{"spec":{"containers":[{"$patch":"replace"},{"name":"z","image":"9"}]}}""",
            """{"spec":{"containers":[{"name":"z","image":"9"}]}}""" },
        { "map replaced", """{"metadata":{"labels":{"a":"1","b":"2"}}}""",
            """{"metadata":{"labels":{"$patch":"replace","c":"3"}}}""",
            """{"metadata":{"labels":{"c":"3"}}}""" },
        { "null deletes", """{"metadata":{"labels":{"a":"1","b":"2"}}}""",
            """{"metadata":{"labels":{"a":null}}}""",
            """{"metadata":{"labels":{"b":"2"}}}""" },
        { "nulls in new content dropped", "{}",
            """{"metadata":{"labels":{"a":null,"b":"2"}}}""",
            """{"metadata":{"labels":{"b":"2"}}}""" },
        { "scalars removed from a merge list", """{"metadata":{"finalizers":["a/x","b/y"]}}""",
            """{"metadata":{"$deleteFromPrimitiveList/finalizers":["a/x"],"$setElementOrder/finalizers":["b/y"]}}""",
            """{"metadata":{"finalizers":["b/y"]}}""" },
        { "scalars merged", """{"metadata":{"finalizers":["a/x"]}}""",
            """{"metadata":{"finalizers":["b/y","a/x"]}}""",
            """{"metadata":{"finalizers":["b/y","a/x"]}}""" },
        { "tolerations replaced", """{"spec":{"tolerations":[{"key":"a"},{"key":"b"}]}}""",
            """{"spec":{"tolerations":[{"key":"c"}]}}""",
            """{"spec":{"tolerations":[{"key":"c"}]}}""" },
        { "ports merged by containerPort", """{"spec":{"containers":[{"name":"a","ports":[{"containerPort":80,"name":"w"}]}]}}""",
            """{"spec":{"containers":[{"name":"a","ports":[{"containerPort":80,"protocol":"TCP"},{"containerPort":81}]}]}}""",
            """{"spec":{"containers":[{"name":"a","ports":[{"containerPort":80,"name":"w","protocol":"TCP"},{"containerPort":81}]}]}}""" },
        { "retainKeys drops the old volume source", """{"spec":{"volumes":[{"name":"v","emptyDir":{}}]}}""",
            """{"spec":{"volumes":[{"$retainKeys":["name","hostPath"],"name":"v","hostPath":{"path":"/x"}}]}}""",
            """{"spec":{"volumes":[{"name":"v","hostPath":{"path":"/x"}}]}}""" },
        { "env of an absent list", """{"spec":{"containers":[{"name":"a"}]}}""",
            """{"spec":{"$setElementOrder/containers":[{"name":"a"}],"containers":[{"name":"a","$setElementOrder/env":[{"name":"X"}],"env":[{"name":"X","value":"1"}]}]}}""",
            """{"spec":{"containers":[{"name":"a","env":[{"name":"X","value":"1"}]}]}}""" },
        { "conditions merged by type", """{"status":{"conditions":[{"type":"Ready","status":"False"},{"type":"PodScheduled","status":"True"}]}}""",
            """{"status":{"conditions":[{"type":"Ready","status":"True"}]}}""",
            """{"status":{"conditions":[{"type":"Ready","status":"True"},{"type":"PodScheduled","status":"True"}]}}""" },
        { "container statuses replaced", """{"status":{"containerStatuses":[{"name":"a"},{"name":"b"}]}}""",
            """{"status":{"containerStatuses":[{"name":"a","ready":true}]}}""",
            """{"status":{"containerStatuses":[{"name":"a","ready":true}]}}""" },
        { "inline fields are the parent's", """{"spec":{"containers":[{"name":"a","livenessProbe":{"httpGet":{"port":80},"periodSeconds":3}}]}}""",
            """{"spec":{"containers":[{"name":"a","livenessProbe":{"httpGet":null,"exec":{"command":["x"]}}}]}}""",
            """{"spec":{"containers":[{"name":"a","livenessProbe":{"periodSeconds":3,"exec":{"command":["x"]}}}]}}""" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Apply_EveryDirective_MergesAsKubernetes(string what, string document, string patch, string expected)
    {
        var original = Parse(document);

        var result = StrategicMergePatch.Apply(original, Parse(patch), Pod.Descriptor);

        Assert.True(JsonNode.DeepEquals(Parse(expected), result), $"{what}: {result.ToJsonString()}");
        Assert.True(JsonNode.DeepEquals(Parse(document), original), $"{what}: the original was changed");
    }

    [Theory]
    [InlineData("""{"spec":{"containers":[{"image":"3"}]}}""", "map: map[image:3] does not contain declared merge key: name", PatchFault.Unmergeable)]
    [InlineData("""{"spec":{"containers":[{"$patch":"merge"}]}}""", "merging lists cannot yet be specified in the patch", PatchFault.Unmergeable)]
    [InlineData("""{"spec":{"$patch":"odd"}}""", "unknown patch type: odd in map: map[$patch:odd]", PatchFault.Unmergeable)]
    [InlineData("""{"spec":{"$setElementOrder/containers":{}}}""", "invalid patch format of setElementOrder list", PatchFault.Malformed)]
    [InlineData("""{"spec":{"$retainKeys":"a"}}""", "invalid patch format of retainKeys", PatchFault.Malformed)]
    [InlineData("""{"spec":{"$retainKeys":["a"],"nodeName":"n"}}""", "invalid patch format of retainKeys", PatchFault.Malformed)]
    [InlineData("""{"spec":{"$deleteFromPrimitiveList/tolerations":"a"}}""", "invalid patch format of primitive list", PatchFault.Malformed)]
    [InlineData("""{"spec":{"$setElementOrder/containers":[{"name":"a"}],"containers":[{"name":"z"}]}}""",
        "The order in patch list:\n[map[name:z]]\n doesn't match $setElementOrder list:\n[map[name:a]]\n", PatchFault.Unmergeable)]
    public void Apply_BadDirective_SaysWhich(string patch, string message, PatchFault fault)
    {
        var error = Assert.Throws<PatchException>(() => StrategicMergePatch.Apply(Parse(TwoContainers), Parse(patch), Pod.Descriptor));

        Assert.Equal(message, error.Message);
        Assert.Equal(fault, error.Fault);
    }

    private static JsonObject Parse(string json) => (JsonObject)JsonTree.Parse(Encoding.UTF8.GetBytes(json))!;
}
