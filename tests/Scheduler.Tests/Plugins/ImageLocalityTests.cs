using MiniK8s.Protocol.Core.V1;
using MiniK8s.Scheduler.Framework;
using MiniK8s.Scheduler.Plugins.ImageLocality;

namespace MiniK8s.Scheduler.Tests.Plugins;

public sealed class ImageLocalityTests
{
    private const long Mi = 1 << 20;

    [Theory]
    [InlineData(500, 2, 23)]        // 500/2 = 250 Mi: 100·(250 - 23)/977
    [InlineData(500, 1, 48)]        // 100·(500 - 23)/977 = 48.8
    [InlineData(100, 3, 1)]         // trunc(104857600/3) = 34952533: 100·(34952533 - 23 Mi)/977 Mi = 1.06
    [InlineData(46, 2, 0)]          // 23 Mi, and not more
    [InlineData(45, 2, 0)]          // less is 23 Mi too
    [InlineData(1000, 1, 100)]
    [InlineData(3000, 1, 100)]      // more is 1000 Mi
    public void Score_ImageOnOneOfSeveralNodes_CountsWithItsSizeByTheSpread(long mebibytes, int nodes, long score)
    {
        var scores = Scores(Pod("web:1"), [Node("n0", ("web:1", mebibytes)), .. Enumerable.Range(1, nodes - 1).Select(i => Node($"n{i}"))]);

        Assert.Equal(score, scores[0]);
        Assert.All(scores[1..], other => Assert.Equal(0, other));
    }

    [Fact]
    public void Score_SeveralContainers_RaisesTheMostByEach()
    {
        // Both containers have 500/2: 500 Mi in all, of 2000: 100·(500 - 23)/(2000 - 23) = 24.
        var pod = Pod("web:1");
        pod.Spec.InitContainers.Add(new Container { Name = "init", Image = "web:1" });

        Assert.Equal([24, 0], Scores(pod, Node("n0", ("web:1", 500)), Node("n1")));
    }

    [Fact]
    public void Score_ImagesOnSeveralNodes_ArePreferredAllTheSame() =>
        // a is on both (1·400), b on one (0.5·600): 400 + 300 and 400 of 2000.
        Assert.Equal([34, 19], Scores(Pod("a:1", "b:1"), Node("n0", ("a:1", 400), ("b:1", 600)), Node("n1", ("a:1", 400))));

    [Theory]
    [InlineData("web", "web:latest")]
    [InlineData("registry:5000/web", "registry:5000/web:latest")]
    [InlineData("registry:5000/web:2", "registry:5000/web:2")]
    [InlineData("web@sha256:0123", "web@sha256:0123")]
    public void Score_ImageWithoutTag_IsTheLatest(string wanted, string there) => Assert.Equal(48, Scores(Pod(wanted), Node("n0", (there, 500)))[0]);

    [Theory]
    [InlineData("docker.io/library/web:1")]
    [InlineData("web:10")]
    public void Score_AnotherName_IsAnotherImage(string there) => Assert.Equal(0, Scores(Pod("web:1"), Node("n0", (there, 500)))[0]);

    [Fact]
    public void PreScore_ImageIsNowhere_HasNothingToSay()
    {
        var node = Node("n0", ("other:1", 500)).Info();

        Assert.False(new ImageLocality().PreScore(new CycleState(), Pod("web:1").Info(), new Snapshot([node]), [node]));
    }

    // What PreScore does not keep counts as no image.
    private static long[] Scores(Pod pod, params Node[] nodes)
    {
        var (plugin, state, infos) = (new ImageLocality(), new CycleState(), nodes.Select(node => node.Info()).ToList());
        plugin.PreScore(state, pod.Info(), new Snapshot(infos), infos);
        return [.. infos.Select(node => plugin.Score(state, pod.Info(), node))];
    }

    private static Pod Pod(params string[] images) => A.Pod().With(spec =>
    {
        spec.Containers.Clear();
        spec.Containers.Add(images.Select(image => new Container { Name = $"c{spec.Containers.Count}", Image = image }));
    });

    private static Node Node(string name, params (string Name, long Mebibytes)[] images)
    {
        var node = A.Node(name);
        node.Status.Images.Add(images.Select(image => new ContainerImage { Names = { image.Name }, SizeBytes = image.Mebibytes * Mi }));
        return node;
    }
}
