using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Scheduler.Tests.Reference;

/// <summary>Small clusters in which every rule has something to say: few values of everything, so that things meet.</summary>
internal sealed class WorldGenerator(int seed)
{
    private static readonly string[] Zones = ["a", "b", ""];
    private static readonly string[] Effects = ["NoSchedule", "PreferNoSchedule", "NoExecute"];
    private static readonly string[] Operators = ["In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"];
    private static readonly string[] Images = ["nginx:1.27", "redis", "busybox:1.36"];
    private readonly Random _random = new(seed);

    public World World()
    {
        var nodes = Enumerable.Range(0, _random.Next(1, 9)).Select(Node).ToList();
        var pods = Enumerable.Range(0, _random.Next(0, 12)).Select(number => Pod($"old-{number}").OnNode(nodes[_random.Next(nodes.Count)].Metadata.Name)).ToList();
        return new World(nodes, pods);
    }

    public Pod Pod(string name)
    {
        var pod = A.Pod(name).Priority(_random.Next(3) * 100);
        pod.Metadata.Labels["app"] = Pick("x", "y");
        if (Chance(2)) pod.Cpu($"{_random.Next(1, 20) * 100}m");
        if (Chance(2)) pod.Memory($"{_random.Next(1, 20) * 100}Mi");
        pod.Spec.Containers[0].Image = Pick(Images);
        if (Chance(5)) AddInit(pod);
        if (Chance(4)) pod.HostPort(Pick(80, 81), Pick("", "10.0.0.1", "10.0.0.2"), Pick("", "UDP"));
        for (var i = 0; Chance(3) && i < 3; i++) pod.Tolerates(Pick("t0", "t1", ""), Pick("Exists", "Equal", ""), Pick("", "v"), Pick("", Pick(Effects)));
        if (Chance(6)) AddDisk(pod);
        if (Chance(6)) pod.Spec.NodeSelector["disk"] = Pick("ssd", "hdd");
        if (Chance(4)) AddNodeAffinity(pod);
        if (Chance(6)) pod.Near(PodTerm());
        if (Chance(6)) pod.NotNear(PodTerm());
        if (Chance(6)) pod.Prefers(_random.Next(1, 101), PodTerm());
        if (Chance(6)) pod.Avoids(_random.Next(1, 101), PodTerm());
        if (Chance(5)) pod.Spread(Rules.Over(Pick(Rules.Host, Rules.Zone), Pick("app=x", "app=y"), _random.Next(1, 3), hard: Chance(2)));
        if (Chance(20)) pod.Tolerates("node.kubernetes.io/unschedulable", "Exists", effect: "NoSchedule");
        return pod;
    }

    private Node Node(int number)
    {
        var node = A.Node($"n{number}", cpu: $"{_random.Next(1, 5)}", memory: $"{_random.Next(1, 5)}Gi", pods: $"{_random.Next(1, 8)}").Label("kubernetes.io/hostname", $"n{number}");
        if (Pick(Zones) is { Length: > 0 } zone) node.Label("topology.kubernetes.io/zone", zone);
        if (Chance(2)) node.Label("disk", Pick("ssd", "hdd"));
        if (Chance(2)) node.Label("rank", $"{_random.Next(5)}");
        for (var i = 0; Chance(3) && i < 3; i++) node.Taint(Pick("t0", "t1"), Pick("", "v"), Pick(Effects));
        if (Chance(8)) node.Cordoned();
        foreach (var image in Images.Where(_ => Chance(2)))
            node.Status.Images.Add(new ContainerImage { Names = { image.Contains(':') ? image : $"{image}:latest" }, SizeBytes = _random.NextInt64(1, 2000) << 20 });
        return node;
    }

    private void AddInit(Pod pod)
    {
        var init = new Container { Name = "init", Image = Pick(Images) };
        if (Chance(2)) init.RestartPolicy = "Always";
        pod.Requests(init, "cpu", $"{_random.Next(1, 15) * 100}m");
        pod.Spec.InitContainers.Add(init);
    }

    private void AddDisk(Pod pod) => pod.Spec.Volumes.Add(new Volume
    {
        Name = "disk", VolumeSource = new VolumeSource { GcePersistentDisk = new GCEPersistentDiskVolumeSource { PdName = Pick("d0", "d1"), ReadOnly = Chance(2) } },
    });

    private void AddNodeAffinity(Pod pod)
    {
        var affinity = new NodeAffinity();
        if (Chance(2))
        {
            affinity.RequiredDuringSchedulingIgnoredDuringExecution = new NodeSelector();
            for (var i = 0; i < _random.Next(1, 3); i++) affinity.RequiredDuringSchedulingIgnoredDuringExecution.NodeSelectorTerms.Add(Term());
        }
        for (var i = 0; i < _random.Next(0, 3); i++)
            affinity.PreferredDuringSchedulingIgnoredDuringExecution.Add(new PreferredSchedulingTerm { Weight = _random.Next(1, 101), Preference = Term() });
        pod.Spec.Affinity ??= new Affinity();
        pod.Spec.Affinity.NodeAffinity = affinity;
    }

    private PodAffinityTerm PodTerm() => Rules.Term(Pick("app=x", "app=y"), Pick(Rules.Host, Rules.Zone));

    private NodeSelectorTerm Term()
    {
        var term = new NodeSelectorTerm();
        for (var i = 0; i < _random.Next(0, 3); i++)
        {
            var wanted = new NodeSelectorRequirement { Key = Pick("disk", "rank", "topology.kubernetes.io/zone"), Operator = Pick(Operators) };
            if (wanted.Operator is "In" or "NotIn") wanted.Values.Add([Pick("ssd", "hdd", "a", "b", "3"), Pick("ssd", "1")]);
            if (wanted.Operator is "Gt" or "Lt") wanted.Values.Add($"{_random.Next(5)}");
            term.MatchExpressions.Add(wanted);
        }
        if (Chance(6)) term.MatchFields.Add(new NodeSelectorRequirement { Key = "metadata.name", Operator = "In", Values = { $"n{_random.Next(4)}" } });
        return term;
    }

    private bool Chance(int oneIn) => _random.Next(oneIn) == 0;

    private T Pick<T>(params T[] choices) => choices[_random.Next(choices.Length)];
}
