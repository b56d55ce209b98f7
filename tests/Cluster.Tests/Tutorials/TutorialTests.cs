using MiniK8s.ClusterKit;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Cluster.Tests.Tutorials;

/// <summary>What five tutorials on Pods tell their readers to type, typed as it stands.</summary>
[Collection("lab")]
public sealed class TutorialTests(SharedLab shared, TutorialStage stage) : IClassFixture<TutorialStage>
{
    private const string Nginx = "crpi-j2guy08w46nav7rf.cn-hongkong.personal.cr.aliyuncs.com/xiao_he/nginx:1.27.5";

    public static TheoryData<string> Scenes => [.. TutorialScenes.All.Keys];

    [RequiresToolTheory("kubectl")]
    [MemberData(nameof(Scenes))]
    public Task Manifest_AppliedAsItStands_ReachesTheStateShown(string scene) => stage.PlayAsync(scene);

    [Fact]
    public void Manifests_EveryFile_IsPlayed()
    {
        var root = Path.Combine(AppContext.BaseDirectory, "Manifests");
        var files = Directory.EnumerateFiles(root, "*.yaml", SearchOption.AllDirectories).Select(f => Path.ChangeExtension(Path.GetRelativePath(root, f), null).Replace('\\', '/'));

        string[] elsewhere = ["pod-in-practice/4.pod_resources", "pod-in-practice/5.pod_resources", "pod-in-practice/6.pod_resources", "pod-notes/curl-security-context"];
        Assert.Equal(files.Except(elsewhere).Order(), TutorialScenes.All.Keys.Order());
    }

    [RequiresToolFact("kubectl")]
    public async Task Requests_MoreThanTheNodesHave_TheThirdPodStaysPending()
    {
        await using var lab = await Lab.StartAsync();
        // As on the tutorial's two nodes, something already takes most of each: room for one such Pod, not for two.
        foreach (var node in (string[])["node-1", "node-2"])
        {
            var filler = A.Pod("kube-system", $"filler-{node}", "registry.k8s.io/pause:3.10").OnNode(node);
            filler.Spec.Containers[0].Resources = new ResourceRequirements { Requests = { ["cpu"] = "2340m" } };
            await lab.Api.CreatePodAsync(filler);
            await lab.Api.UntilRunningAsync("kube-system", $"filler-{node}");
        }

        List<string> nodes = [];
        foreach (var (file, pod) in ((string, string)[])[("4.pod_resources", "pod-resources"), ("5.pod_resources", "pod-resources2")])
        {
            await lab.KubectlOkAsync("apply", "-f", TutorialStage.PathOf($"pod-in-practice/{file}"));
            await lab.Api.UntilRunningAsync("default", pod);
            nodes.Add((await lab.Api.FindPodAsync("default", pod))!.Spec.NodeName);
        }
        await lab.KubectlOkAsync("apply", "-f", TutorialStage.PathOf("pod-in-practice/6.pod_resources"));
        var third = await lab.Api.UntilPodAsync("default", "pod-resources3", p => p.Condition("PodScheduled") == "False", "is found unschedulable");

        Assert.Equal(["node-1", "node-2"], nodes.Order());
        Assert.StartsWith("0/2 nodes are available: 2 Insufficient cpu.", third.Status.Conditions.Single(c => c.Type == "PodScheduled").Message);
        Assert.Matches(@"(?m)^pod-resources3 +0/1 +Pending +0 +\S+ +<none> +<none> +<none> +<none>$", await lab.KubectlOkAsync("get", "pods", "-o", "wide"));
        Assert.Matches(@"(?m)^  cpu +3340m \(83%\) +8 \(200%\)$", await lab.KubectlOkAsync("describe", "node", "node-1"));
    }

    [RequiresToolFact("kubectl")]
    public async Task SecurityContext_FieldsOfAContainerAtThePod_IsRefused()
    {
        var ns = await shared.NewNamespaceAsync();

        var refused = await shared.Lab.KubectlAsync("create", "-n", ns, "-f", TutorialStage.PathOf("pod-notes/curl-security-context"));

        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("cannot unmarshal string into Go struct field PodSecurityContext.spec.securityContext.seLinuxOptions of type v1.SELinuxOptions", refused.Error);
    }

    [RequiresToolFact("kubectl")]
    public async Task Run_ShellWithNothingToDo_IsCompletedAgainAndAgain()
    {
        var ns = await shared.NewNamespaceAsync();
        await using var watch = await WatchRecording<Pod>.StartAsync(shared.Lab.Api, ns);

        await shared.Lab.KubectlOkAsync("run", "test-alpine", "-n", ns, $"--image={Nginx.Replace("nginx:1.27.5", "alpine:3.20")}");

        var states = await watch.UntilAsync(c => c.Object.Status.ContainerStatuses.Any(s => s.RestartCount == 2), "restarted twice");
        Assert.Equal((0, "Completed"), (states[^1].Object.Status.ContainerStatuses[0].LastState.Terminated.ExitCode, states[^1].Object.Status.ContainerStatuses[0].LastState.Terminated.Reason));
        await shared.Lab.KubectlOkAsync("delete", "pod", "test-alpine", "-n", ns, "--now");
    }

    [RequiresToolFact("kubectl")]
    public async Task PullSecret_PrivateImage_IsPulledOnlyWithIt()
    {
        var ns = await shared.NewNamespaceAsync();
        const string image = "registry.example.com/private/app:1";
        await shared.Lab.KubectlOkAsync(
            "create", "secret", "docker-registry", "hubsecret", "-n", ns, "--docker-server=registry.example.com", "--docker-username=minik8s", "--docker-password=secret", "--docker-email=a@b.example");

        var pod = A.Pod(ns, "with", image).Grace(1);
        pod.Spec.ImagePullSecrets.Add(new LocalObjectReference { Name = "hubsecret" });
        await shared.Lab.Api.CreatePodAsync(A.Pod(ns, "without", image));
        var refused = await shared.Lab.Api.UntilPodAsync(ns, "without", p => p.Status.ContainerStatuses.Any(s => s.State.Waiting?.Reason is "ErrImagePull" or "ImagePullBackOff"), "is refused its image");
        await shared.Lab.Api.CreatePodAsync(pod);

        await shared.Lab.Api.UntilRunningAsync(ns, "with");
        Assert.Equal("Pending", refused.Status.Phase);
    }

    [RequiresToolFact("kubectl")]
    public async Task Run_PullPolicies_OnlyAnAbsentImageIsPulledAndNeverUnderNever()
    {
        var ns = await shared.NewNamespaceAsync();
        const string onNode1 = """{"spec":{"nodeName":"node-1"}}""";
        await RunAsync("first");
        await shared.Lab.Api.UntilRunningAsync(ns, "first");

        await RunAsync("if-not-present");
        await RunAsync("never", "--image-pull-policy=Never");
        await shared.Lab.KubectlOkAsync("run", "absent", "-n", ns, $"--image={Nginx.Replace("nginx:1.27.5", "mysql:8.0.16")}", "--image-pull-policy=Never");

        foreach (var pod in (string[])["if-not-present", "never"])
        {
            await shared.Lab.Api.UntilRunningAsync(ns, pod);
            await DescribedAsync(pod, $"Container image \"{Nginx}\" already present on machine");
        }
        await DescribedAsync("absent", "ErrImageNeverPull");
        var absent = await shared.Lab.Api.UntilPodAsync(ns, "absent", p => p.Status.ContainerStatuses.Any(s => s.State.Waiting?.Reason == "ErrImageNeverPull"), "is not pulled");
        Assert.Equal("Pending", absent.Status.Phase);
        Assert.EndsWith("mysql:8.0.16\" is not present with pull policy of Never", absent.Status.ContainerStatuses[0].State.Waiting.Message);

        Task RunAsync(string pod, params string[] options) => shared.Lab.KubectlOkAsync(["run", pod, "-n", ns, $"--image={Nginx}", "--overrides", onNode1, .. options]);
        Task DescribedAsync(string pod, string text) =>
            Eventually.TrueAsync(async () => (await shared.Lab.KubectlOkAsync("describe", "pod", pod, "-n", ns)).Contains(text), $"{text} in describe pod {pod}");
    }
}
