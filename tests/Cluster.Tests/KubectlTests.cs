using System.Diagnostics;
using System.Text.Json;

using MiniK8s.ClusterKit;

namespace MiniK8s.Cluster.Tests;

/// <summary>The real kubectl against a real cluster of processes: every command a tutorial on Pods uses.</summary>
[Collection("lab")]
public sealed class KubectlTests(SharedLab shared)
{
    private const string Web = """
        apiVersion: v1
        kind: Pod
        metadata:
          name: web
          labels: {app: web, tier: front}
        spec:
          terminationGracePeriodSeconds: 1
          containers:
          - name: nginx
            image: nginx:1.25
            ports: [{containerPort: 80}]
        """;

    private Lab Lab => shared.Lab;

    [RequiresToolFact("kubectl")]
    public async Task Apply_NewUnchangedChanged_SaysSo()
    {
        var ns = await shared.NewNamespaceAsync();

        Assert.Equal("pod/web created\n", await ApplyAsync(ns, Web));
        Assert.Equal("pod/web unchanged\n", await ApplyAsync(ns, Web));
        Assert.Equal("pod/web configured\n", await ApplyAsync(ns, Web.Replace("tier: front", "tier: back")));
        Assert.Equal("back", await Lab.KubectlOkAsync("get", "pod", "web", "-n", ns, "-o", "jsonpath={.metadata.labels.tier}"));
    }

    [RequiresToolFact("kubectl")]
    public async Task Apply_ImmutableField_IsRefusedInKubernetesWords()
    {
        var ns = await shared.NewNamespaceAsync();
        await ApplyAsync(ns, Web);

        var refused = await Lab.KubectlWithInputAsync(Web.Replace("containerPort: 80", "containerPort: 81"), "apply", "-n", ns, "-f", "-");

        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("The Pod \"web\" is invalid: spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`", refused.Error);
    }

    [RequiresToolFact("kubectl")]
    public async Task ServerSideApply_RunningPod_EachOwnsItsOwnPart()
    {
        var ns = await shared.NewNamespaceAsync();
        var applied = await Lab.KubectlWithInputAsync(Web, "apply", "--server-side", "-n", ns, "-f", "-");
        await WaitReadyAsync(ns, "web");

        var conflict = await Lab.KubectlWithInputAsync(
            Web.Replace("nginx:1.25", "nginx:1.26"), "apply", "--server-side", "--field-manager", "other", "-n", ns, "-f", "-");
        var forced = await Lab.KubectlWithInputAsync(
            Web.Replace("nginx:1.25", "nginx:1.26"), "apply", "--server-side", "--field-manager", "other", "--force-conflicts", "-n", ns, "-f", "-");

        Assert.Equal("pod/web serverside-applied\n", applied.Output);
        Assert.Equal(1, conflict.ExitCode);
        Assert.StartsWith("error: Apply failed with 1 conflict: conflict with \"kubectl\": .spec.containers[name=\"nginx\"].image\n", conflict.Error);
        Assert.Equal("pod/web serverside-applied\n", forced.Output);
        var managers = await GetAsync(ns, "pod", "web", "-o", "jsonpath={range .metadata.managedFields[*]}{.manager}/{.operation}/{.subresource} {end}");
        Assert.Equal(["kubectl/Apply/", "kubelet/Update/status", "other/Apply/"], managers.Split(' ', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal));
    }

    [RequiresToolFact("kubectl")]
    public async Task Create_ExistingAndUnknownField_SaySo()
    {
        var ns = await shared.NewNamespaceAsync();

        var created = await Lab.KubectlWithInputAsync(Web, "create", "-n", ns, "-f", "-");
        var again = await Lab.KubectlWithInputAsync(Web, "create", "-n", ns, "-f", "-");
        var wrong = await Lab.KubectlWithInputAsync(Web.Replace("ports:", "prots:"), "create", "-n", ns, "-f", "-");

        Assert.Equal("pod/web created\n", created.Output);
        Assert.Equal("Error from server (AlreadyExists): error when creating \"STDIN\": pods \"web\" already exists\n", again.Error);
        Assert.Contains("strict decoding error: unknown field \"spec.containers[0].prots\"", wrong.Error);
    }

    [RequiresToolFact("kubectl")]
    public async Task Get_EveryOutput_ShowsThePod()
    {
        var ns = await shared.NewNamespaceAsync();
        await ApplyAsync(ns, Web);
        await WaitReadyAsync(ns, "web");

        Assert.Matches(@"^NAME   READY   STATUS    RESTARTS   AGE\nweb    1/1     Running   0          \d+s\n$", await GetAsync(ns, "pods"));
        Assert.Matches(@"^NAME   READY   STATUS    RESTARTS   AGE   IP +NODE +NOMINATED NODE   READINESS GATES\nweb    1/1     Running   0 +\d+s +10\.244\.\d+\.\d+ +node-[12]   <none>           <none>\n$", await GetAsync(ns, "pods", "-o", "wide"));
        Assert.Equal("pod/web\n", await GetAsync(ns, "pods", "-o", "name"));
        Assert.Equal("Running", await GetAsync(ns, "pod", "web", "-o", "jsonpath={.status.phase}"));
        Assert.Matches(@"^POD   NODE\nweb   node-[12]\n$", await GetAsync(ns, "pods", "-o", "custom-columns=POD:.metadata.name,NODE:.spec.nodeName"));
        Assert.Equal("web", JsonDocument.Parse(await GetAsync(ns, "pod", "web", "-o", "json")).RootElement.GetProperty("metadata").GetProperty("name").GetString());
        var yaml = await GetAsync(ns, "pod", "web", "-o", "yaml");
        Assert.StartsWith("apiVersion: v1\nkind: Pod\nmetadata:\n", yaml);
        Assert.Contains("  - lastProbeTime: null\n", yaml);
        Assert.Contains("  qosClass: BestEffort\n", yaml);
        Assert.Contains("web", await Lab.KubectlOkAsync("get", "pods", "-A", "-l", "app in (web,x),tier=front", "--field-selector", $"status.phase=Running,metadata.namespace={ns}"));
        Assert.Equal("", await GetAsync(ns, "pods", "-l", "app!=web", "-o", "name"));
        Assert.Equal($"Error from server (NotFound): pods \"nope\" not found\n", (await Lab.KubectlAsync("get", "pod", "nope", "-n", ns)).Error);
        Assert.Equal($"No resources found in {ns} namespace.\n", (await Lab.KubectlAsync("get", "services", "-n", ns)).Error);
    }

    [RequiresToolFact("kubectl")]
    public async Task GetWatch_PodComesAndGoes_EveryStepIsPrinted()
    {
        var ns = await shared.NewNamespaceAsync();
        using var watch = Process.Start(new ProcessStartInfo("kubectl", ["--kubeconfig", Lab.Kubeconfig, "get", "pods", "-n", ns, "-w", "--output-watch-events"]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var lines = ReadLinesAsync(watch.StandardOutput, until: line => line.StartsWith("DELETED"));

        // The watch is open once it has printed what it found; before that the list is empty and nothing is printed.
        await ApplyAsync(ns, Web);
        await WaitReadyAsync(ns, "web");
        await Lab.KubectlOkAsync("delete", "pod", "web", "-n", ns);
        var seen = await lines.WaitAsync(TimeSpan.FromSeconds(60));
        watch.Kill();

        Assert.Contains(seen, line => line.Contains("Running"));
        Assert.Contains(seen, line => line.Contains("Terminating"));
        Assert.StartsWith("DELETED", seen[^1]);
    }

    [RequiresToolFact("kubectl")]
    public async Task Describe_RunningPod_TellsItsStory()
    {
        var ns = await shared.NewNamespaceAsync();
        await ApplyAsync(ns, Web);
        await WaitReadyAsync(ns, "web");

        var described = await Eventually.GetAsync(async () => await Lab.KubectlOkAsync("describe", "pod", "web", "-n", ns), text => text.Contains("Started container nginx"), "event Started in describe");

        Assert.Matches(@"(?m)^Name: +web$", described);
        Assert.Matches(@"(?m)^Status: +Running$", described);
        Assert.Matches(@"(?m)^  PodScheduled +True *$", described);
        Assert.Matches($@"(?m)^  Normal  Scheduled  \S+ +default-scheduler  Successfully assigned {ns}/web to node-[12]$", described);
        Assert.Matches(@"(?m)^  Normal  Created    \S+ +kubelet +Created container: nginx$", described);
    }

    [RequiresToolFact("kubectl")]
    public async Task Describe_Node_ShowsWhatIsAllocated()
    {
        var described = await Lab.KubectlOkAsync("describe", "node", "node-1");

        Assert.Contains("KubeletReady", described);
        Assert.Contains("Allocated resources:", described);
        Assert.Matches(@"(?m)^  AcquireTime: +\S+|HolderIdentity: +node-1", described);
    }

    [RequiresToolFact("kubectl")]
    public async Task Run_AndLogs_EveryOption()
    {
        var ns = await shared.NewNamespaceAsync();
        Assert.Equal("pod/talker created\n", await Lab.KubectlOkAsync("run", "talker", "-n", ns, "--image=busybox", "--restart=Never", "--", "sh", "-c", "for i in 1 2 3; do echo line $i; done"));
        await Lab.KubectlOkAsync("wait", "pod/talker", "-n", ns, "--for=jsonpath={.status.phase}=Succeeded", "--timeout=60s");

        Assert.Equal("line 1\nline 2\nline 3\n", await LogsAsync(ns, "talker"));
        Assert.Equal("line 3\n", await LogsAsync(ns, "talker", "--tail=1"));
        Assert.Equal("line 1\nline 2\nline 3\n", await LogsAsync(ns, "talker", "-c", "talker", "-f"));
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\S+Z line 1\n", await LogsAsync(ns, "talker", "--timestamps"));
        Assert.Equal("error: container nope is not valid for pod talker\n", (await Lab.KubectlAsync("logs", "talker", "-n", ns, "-c", "nope")).Error);
        Assert.Contains("previous terminated container \"talker\" in pod \"talker\" not found", (await Lab.KubectlAsync("logs", "talker", "-n", ns, "--previous")).Error);
    }

    [RequiresToolFact("kubectl")]
    public async Task Logs_FollowAndPrevious_OfARestartingContainer()
    {
        var ns = await shared.NewNamespaceAsync();
        await Lab.KubectlOkAsync("run", "crash", "-n", ns, "--image=busybox", "--", "sh", "-c", "echo run; sleep 1; exit 3");

        Assert.Equal("run\n", await Eventually.GetAsync(async () => (await Lab.KubectlAsync("logs", "crash", "-n", ns, "--previous")).Output, text => text.Length > 0, "the previous run's log"));
        var pod = await Lab.Api.UntilPodAsync(ns, "crash", p => p.Status.ContainerStatuses.Any(s => s.State.Waiting?.Reason == "CrashLoopBackOff"), "is in CrashLoopBackOff");
        Assert.Equal(3, pod.Status.ContainerStatuses[0].LastState.Terminated.ExitCode);
        Assert.Equal("Running", pod.Status.Phase);
        Assert.Matches(@"^back-off 10s restarting failed container=crash pod=crash_", pod.Status.ContainerStatuses[0].State.Waiting.Message);
        await Lab.KubectlOkAsync("delete", "pod", "crash", "-n", ns, "--now");
    }

    [RequiresToolFact("kubectl")]
    public async Task LabelAnnotatePatchReplace_Pod_Change()
    {
        var ns = await shared.NewNamespaceAsync();
        await ApplyAsync(ns, Web);
        await WaitReadyAsync(ns, "web");

        Assert.Equal("pod/web labeled\n", await Lab.KubectlOkAsync("label", "pod", "web", "-n", ns, "color=blue"));
        Assert.Equal("pod/web unlabeled\n", await Lab.KubectlOkAsync("label", "pod", "web", "-n", ns, "color-"));
        Assert.Equal("pod/web annotated\n", await Lab.KubectlOkAsync("annotate", "pod", "web", "-n", ns, "note=hello"));
        Assert.Equal("pod/web patched\n", await Lab.KubectlOkAsync("patch", "pod", "web", "-n", ns, "-p", """{"metadata":{"labels":{"a":"strategic"}}}"""));
        Assert.Equal("pod/web patched\n", await Lab.KubectlOkAsync("patch", "pod", "web", "-n", ns, "--type=merge", "-p", """{"metadata":{"labels":{"a":"merge"}}}"""));
        Assert.Equal("pod/web patched\n", await Lab.KubectlOkAsync("patch", "pod", "web", "-n", ns, "--type=json", "-p", """[{"op":"replace","path":"/metadata/labels/a","value":"json"}]"""));
        Assert.Equal("pod/web patched (no change)\n", await Lab.KubectlOkAsync("patch", "pod", "web", "-n", ns, "-p", """{"metadata":{"labels":{"a":"json"}}}"""));
        Assert.Equal("json hello", await GetAsync(ns, "pod", "web", "-o", "jsonpath={.metadata.labels.a} {.metadata.annotations.note}"));

        var json = await GetAsync(ns, "pod", "web", "-o", "json");
        var replaced = await Lab.KubectlWithInputAsync(json.Replace("\"hello\"", "\"replaced\""), "replace", "-n", ns, "-f", "-");
        Assert.Equal("pod/web replaced\n", replaced.Output);
        var stale = await Lab.KubectlWithInputAsync(json, "replace", "-n", ns, "-f", "-");
        Assert.Contains("Operation cannot be fulfilled on pods \"web\": the object has been modified; please apply your changes to the latest version and try again", stale.Error);
    }

    [RequiresToolFact("kubectl")]
    public async Task Delete_EveryOption_EndsThePod()
    {
        var ns = await shared.NewNamespaceAsync();
        string[][] ways = [[], ["--wait=false"], ["--grace-period=1"], ["--force", "--grace-period=0"], ["--now"]];
        foreach (var (options, number) in ways.Select((options, number) => (options, number)))
        {
            await Lab.KubectlOkAsync("run", $"p{number}", "-n", ns, "--image=nginx");
            await WaitReadyAsync(ns, $"p{number}");

            var deleted = await Lab.KubectlAsync(["delete", "pod", $"p{number}", "-n", ns, .. options]);

            Assert.Equal(0, deleted.ExitCode);
            Assert.Equal($"pod \"p{number}\" {(options.Contains("--force") ? "force deleted" : "deleted")}\n", deleted.Output);
            await Lab.Api.UntilGoneAsync(ns, $"p{number}");
        }
        var absent = await Lab.KubectlAsync("delete", "pod", "p0", "-n", ns);
        Assert.Equal("Error from server (NotFound): pods \"p0\" not found\n", absent.Error);
    }

    [RequiresToolFact("kubectl")]
    public async Task Delete_Namespace_TakesItsPodsAlong()
    {
        var ns = await shared.NewNamespaceAsync();
        await ApplyAsync(ns, Web);
        await WaitReadyAsync(ns, "web");

        await Lab.KubectlOkAsync("delete", "namespace", ns, "--timeout=60s");

        Assert.Null(await Lab.Api.FindPodAsync(ns, "web"));
        Assert.Contains("not found", (await Lab.KubectlAsync("get", "namespace", ns)).Error);
    }

    [RequiresToolFact("kubectl")]
    public async Task Wait_PodThatNeverComes_TimesOut()
    {
        var ns = await shared.NewNamespaceAsync();
        await Lab.KubectlOkAsync("run", "stuck", "-n", ns, "--image=nginx", "--overrides", """{"spec":{"nodeSelector":{"no":"where"}}}""");

        var waited = await Lab.KubectlAsync("wait", "pod/stuck", "-n", ns, "--for=condition=Ready", "--timeout=2s");

        Assert.Equal(1, waited.ExitCode);
        Assert.Contains("timed out waiting for the condition on pods/stuck", waited.Error);
        var described = await Lab.KubectlOkAsync("describe", "pod", "stuck", "-n", ns);
        Assert.Contains("0/2 nodes are available: 2 node(s) didn't match Pod's node affinity/selector. preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.", described);
    }

    [RequiresToolFact("kubectl")]
    public async Task ApiResources_Explain_Version_ClusterInfo_Answer()
    {
        var resources = await Lab.KubectlOkAsync("api-resources");
        Assert.Matches(@"(?m)^pods +po +v1 +true +Pod$", resources);
        Assert.Matches(@"(?m)^leases +coordination.k8s.io/v1 +true +Lease$", resources);

        var explained = await Lab.KubectlOkAsync("explain", "pod.spec.containers");
        Assert.Matches(@"^KIND: +Pod\nVERSION: +v1\n\nFIELD: containers <\[\]Container>\n", explained);
        Assert.Matches(@"(?m)^  name\t<string> -required-$", explained);
        Assert.Matches(@"(?m)^  image\t<string>$", explained);

        Assert.Matches(@"(?m)^Server Version: v1\.32\.\d+", await Lab.KubectlOkAsync("version"));
        Assert.Contains($"Kubernetes control plane", await Lab.KubectlOkAsync("cluster-info"));
    }

    private async Task<string> ApplyAsync(string ns, string manifest)
    {
        var result = await Lab.KubectlWithInputAsync(manifest, "apply", "-n", ns, "-f", "-");
        Assert.True(result.ExitCode == 0, result.Error);
        return result.Output;
    }

    private Task<string> GetAsync(string ns, params string[] arguments) => Lab.KubectlOkAsync(["get", .. arguments, "-n", ns]);

    private Task<string> LogsAsync(string ns, params string[] arguments) => Lab.KubectlOkAsync(["logs", .. arguments, "-n", ns]);

    private Task WaitReadyAsync(string ns, string pod) => Lab.KubectlOkAsync("wait", $"pod/{pod}", "-n", ns, "--for=condition=Ready", "--timeout=60s");

    private static async Task<List<string>> ReadLinesAsync(StreamReader reader, Func<string, bool> until)
    {
        var lines = new List<string>();
        while (await reader.ReadLineAsync() is { } line)
        {
            lines.Add(line);
            if (until(line)) break;
        }
        return lines;
    }
}
