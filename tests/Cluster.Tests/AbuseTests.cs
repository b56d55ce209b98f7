using System.Text;

using MiniK8s.ClusterKit;

namespace MiniK8s.Cluster.Tests;

/// <summary>Bodies that are meant to hurt: each is refused, and no process ends.</summary>
[Collection("lab")]
public sealed class AbuseTests(SharedLab shared)
{
    [Fact]
    public async Task Body_OversizedOrDeeplyNestedOrOfAnotherType_IsRefusedAndTheServerLives()
    {
        const string pods = "/api/v1/namespaces/default/pods";
        using var client = new RestClient(shared.Lab.Kubeconfig);
        var deep = """{"apiVersion":"v1","kind":"Pod","metadata":""" + string.Concat(Enumerable.Repeat("""{"a":""", 20_000)) + "1" + new string('}', 20_001);
        var nested = string.Concat(Enumerable.Repeat("[", 100_000));
        var bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + string.Concat(Enumerable.Range(0, 9).Select(i => $"{(char)('b' + i)}: &{(char)('b' + i)} [{string.Join(',', Enumerable.Repeat($"*{(char)('a' + i)}", 9))}]\n"));

        Assert.Equal(413, (await client.PostJsonAsync(pods, $"\"{new string('x', 4 << 20)}\"")).Code);
        Assert.Equal(400, (await client.PostJsonAsync(pods, deep)).Code);
        Assert.Equal(400, (await client.PostJsonAsync(pods, nested)).Code);
        Assert.Equal(400, (await client.PostJsonAsync(pods, "")).Code);
        Assert.Equal(400, (await client.SendAsync(HttpMethod.Post, pods, Encoding.UTF8.GetBytes(bomb), "application/yaml")).Code);
        Assert.Equal(415, (await client.SendAsync(HttpMethod.Post, pods, "<pod/>"u8.ToArray(), "application/xml")).Code);
        Assert.Equal(400, (await client.SendAsync(HttpMethod.Post, pods, [0x6b, 0x38, 0x73, 0x00, 0xff, 0xff, 0xff], "application/vnd.kubernetes.protobuf")).Code);
        Assert.Equal(200, (await client.SendAsync(HttpMethod.Get, "/healthz", null, "")).Code);
    }
}
