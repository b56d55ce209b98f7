using System.Collections.Concurrent;
using System.Text;

using MiniK8s.ClusterKit;

namespace MiniK8s.Cluster.Tests.Mistakes;

/// <summary>What users get wrong most often: the real kubectl prints what it prints on a real cluster, word for word; and abuse ends no process.</summary>
[Collection("lab")]
public sealed class MistakesTests(SharedLab shared)
{
    private const int AtATime = 4;

    /// <summary>The names of the catalogue's files.</summary>
    public static TheoryData<string> Groups => [.. Mistake.Groups];

    [RequiresToolTheory("kubectl")]
    [MemberData(nameof(Groups))]
    public async Task Mistake_Made_IsToldInKubernetesWords(string group)
    {
        var ns = await shared.NewNamespaceAsync();
        if (Mistake.SetupOf(group) is { } setup) await shared.Lab.KubectlOkAsync("apply", "-n", ns, "-f", setup);
        var differences = new ConcurrentQueue<string>();

        await Parallel.ForEachAsync(Mistake.In(group, ns), new ParallelOptions { MaxDegreeOfParallelism = AtATime }, async (mistake, _) =>
        {
            var run = await shared.Lab.KubectlWithInputAsync(mistake.Input, [.. mistake.Arguments, .. mistake.Arguments.Contains("-n") ? (string[])[] : ["-n", ns]]);
            if (run.ExitCode == 0 || !mistake.IsToldBy(run.Error))
            {
                differences.Enqueue($"{mistake.Name} ({run.ExitCode}):\n{Mistake.Trimmed(run.Error)}\nis not\n{mistake.Message}");
            }
        });

        Assert.True(differences.IsEmpty, string.Join("\n\n", differences));
    }

    [Fact]
    public void Catalogue_HoldsTheSixtyMostCommonMistakes()
    {
        var mistakes = Mistake.Groups.SelectMany(group => Mistake.In(group, "ns")).ToArray();

        Assert.InRange(mistakes.Length, 60, int.MaxValue);
        Assert.Equal(mistakes.Length, mistakes.DistinctBy(mistake => mistake.Name).Count());
        Assert.All(mistakes, mistake => Assert.NotEmpty(mistake.Message));
    }

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
