using System.Text.Json;

using MiniK8s.ClusterKit;

namespace MiniK8s.Cluster.Tests;

/// <summary>Kubernetes clients nobody here wrote do with the apiserver what they do with a real one.</summary>
[Collection("lab")]
public sealed class KubernetesClientsTests(SharedLab shared)
{
    private const string Python = "/usr/bin/python3";
    private const string NodeModules = "tests/Cluster.Tests/Clients/node_modules/";
    private const string OldKubectl = "artifacts/kubectl-1.20/usr/bin/";

    private static readonly string Scripts = RequiredTool.FindFolder("tests/Cluster.Tests/Clients/")!;

    [RequiresToolFact("node", NodeModules)]
    public async Task NodeClient_CreateReadPatchListDelete_AreAnsweredAndRefusedAsByKubernetes()
    {
        var found = await RunAsync("node", "crud.mjs", await shared.NewNamespaceAsync());

        Assert.True(found.GetProperty("uidKept").GetBoolean());
        Assert.True(found.GetProperty("createdAt").GetBoolean());
        AssertJson("""["Always","ClusterFirst","default-scheduler","Always"]""", found, "defaults");
        AssertJson("""[{"app":"crud","tier":"front"},{"app":"crud","side":"left"}]""", found, "labels");
        Assert.Equal((409, "Conflict"), Refusal(found, "stale"));
        Assert.Equal((409, "AlreadyExists"), Refusal(found, "twice"));
        Assert.Equal((422, "Invalid"), Refusal(found, "invalid"));
        Assert.Equal((404, "NotFound"), Refusal(found, "absent"));
        AssertJson("""["a","b"]""", found, "selected");
        AssertJson("""[["a","b"],["c"]]""", found, "pages");
        Assert.Equal(1, found.GetProperty("remaining").GetInt32());
        Assert.True(found.GetProperty("samePage").GetBoolean());
    }

    [RequiresToolFact("node", NodeModules)]
    public async Task NodeClient_WatchesAndInformer_SeeEachChangeWithBookmarks()
    {
        var found = await RunAsync("node", "watch.mjs", await shared.NewNamespaceAsync());

        AssertJson("""["ADDED seen","DELETED seen"]""", found, "story", without: "MODIFIED seen");
        AssertJson("""["ADDED","BOOKMARK","MODIFIED"]""", found, "kinds");
        AssertJson("""{"kind":"Pod","hasVersion":true,"name":null}""", found, "bookmark");
        AssertJson("""["ADDED seen","ADDED unseen","true"]""", found, "initial");
        AssertJson("""["add late","add seen","add unseen","delete late"]""", found, "informed");
    }

    [RequiresToolFact("node", NodeModules)]
    public async Task NodeClient_Logs_AreFollowedAndCut()
    {
        var found = await RunAsync("node", "logs.mjs", await shared.NewNamespaceAsync());

        Assert.Equal("one\ntwo\nthree\n", found.GetProperty("followed").GetString());
        Assert.Equal("two\nthree\n", found.GetProperty("tail").GetString());
    }

    [RequiresToolFact("node", NodeModules)]
    public async Task NodeClient_ExecAttachPortForward_CarryInputOutputAndHowItEnded()
    {
        var found = await RunAsync("node", "streams.mjs", await shared.NewNamespaceAsync());

        AssertJson("""{"out":"out\n","err":"err\n","status":"Success","reason":"","message":"","exitCode":""}""", found, "plain");
        AssertJson("""{"out":"","err":"","status":"Failure","reason":"NonZeroExitCode","message":"command terminated with non-zero exit code: command terminated with exit code 3","exitCode":"3"}""", found, "failing");
        AssertJson("""{"out":"from\nstdin\n","err":"","status":"Success","reason":"","message":"","exitCode":""}""", found, "fed");
        Assert.Equal(("Failure", "InternalError"), (found.GetProperty("unknown").GetProperty("status").GetString(), found.GetProperty("unknown").GetProperty("reason").GetString()));
        Assert.Contains("404", found.GetProperty("absent").GetProperty("refused").GetString(), StringComparison.Ordinal);
        Assert.Equal("hello\n", found.GetProperty("attached").GetString());
        AssertJson("""{"code":200,"title":"Welcome to nginx!"}""", found, "page");
    }

    [RequiresToolFact("node", NodeModules)]
    public async Task NodeClient_ServerSideApply_OwnsConflictsForcesAndRemoves()
    {
        var found = await RunAsync("node", "apply.mjs", await shared.NewNamespaceAsync());

        AssertJson("""[{"colour":"blue","size":"small"},[["first","Apply","v1","FieldsV1","f:colour f:size"]]]""", found, "created");
        Assert.True(found.GetProperty("unchanged").GetBoolean());
        Assert.Equal((409, "Conflict"), Refusal(found, "conflict"));
        Assert.Equal("Apply failed with 1 conflict: conflict with \"first\": .data.colour", found.GetProperty("conflict").GetProperty("message").GetString());
        AssertJson("""[["first","Apply","v1","FieldsV1","f:colour f:size"],["second","Apply","v1","FieldsV1","f:colour"]]""", found, "shared");
        AssertJson("""[{"colour":"green","size":"small"},[["first","Apply","v1","FieldsV1","f:size"],["second","Apply","v1","FieldsV1","f:colour"]]]""", found, "forced");
        AssertJson("""[{"colour":"green"},[["second","Apply","v1","FieldsV1","f:colour"]]]""", found, "shrunk");
        Assert.Equal((422, "Invalid"), Refusal(found, "nobody"));
    }

    [RequiresToolFact("node", NodeModules)]
    public async Task NodeClient_WatchFromBeforeTheApiServersStart_IsToldThatItIsGoneAndListsAnew()
    {
        await using var lab = await Lab.StartAsync();
        await lab.KubectlOkAsync("create", "namespace", "gone");
        await lab.KillAsync("apiserver");
        await Eventually.TrueAsync(async () => (await lab.KubectlAsync("get", "serviceaccount", "default", "-n", "gone")).ExitCode == 0, "the apiserver is back");

        var found = await RunAsync("node", "gone.mjs", "gone", lab);

        Assert.Equal(("ERROR", 410, "Expired"), (found.GetProperty("type").GetString(), found.GetProperty("code").GetInt32(), found.GetProperty("reason").GetString()));
        Assert.StartsWith("too old resource version: 1 (", found.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal("END", found.GetProperty("ended").GetString());
        Assert.Equal("after", found.GetProperty("added").GetString());
    }

    [RequiresToolFact(Python + ":kubernetes")]
    public async Task PythonClient_OlderThanTheServer_Works()
    {
        var found = await RunAsync(Python, "objects.py", await shared.NewNamespaceAsync());

        AssertJson("""[["ADDED","Pending"],["MODIFIED","Running"]]""", found, "phases");
        AssertJson("""["RollingUpdate",1,3]""", found, "deployment");
        AssertJson("""["a"]""", found, "selected");
        AssertJson("""[[404,"NotFound"],[422,"Invalid"],[400,"BadRequest"]]""", found, "refusals");
        Assert.Equal(("python", "BestEffort", "started\n"), (found.GetProperty("annotation").GetString(), found.GetProperty("qos").GetString(), found.GetProperty("log").GetString()));
    }

    [RequiresToolFact(OldKubectl)]
    public async Task Kubectl120_RunGetDescribeLogsApplyDelete_Work()
    {
        var ns = await shared.NewNamespaceAsync();
        const string manifest = """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"settings"},"data":{"colour":"blue"}}""";

        await OldAsync(ns, "run", "web", "--image=nginx");
        await OldAsync(ns, "wait", "pod/web", "--for=condition=Ready", "--timeout=60s");
        Assert.Contains("web", await OldAsync(ns, "get", "pods"), StringComparison.Ordinal);
        await Eventually.TrueAsync(async () => (await OldAsync(ns, "describe", "pod", "web")).Contains("Started container web", StringComparison.Ordinal), "event Started in describe");
        Assert.Equal("configmap/settings created\n", await OldAsync(ns, "apply", "-f", await FileAsync(manifest)));
        Assert.Equal("configmap/settings configured\n", await OldAsync(ns, "apply", "-f", await FileAsync(manifest.Replace("blue", "green", StringComparison.Ordinal))));
        Assert.Equal("green", await OldAsync(ns, "get", "configmap", "settings", "-o", "jsonpath={.data.colour}"));
        Assert.Equal("deployment.apps/site created\n", await OldAsync(ns, "create", "deployment", "site", "--image=nginx"));
        Assert.Equal("deployment.apps/site scaled\n", await OldAsync(ns, "scale", "deployment", "site", "--replicas=3"));
        Assert.Contains("DESCRIPTION", await OldAsync(ns, "explain", "pod.spec"), StringComparison.Ordinal);
        Assert.Equal("pod \"web\" deleted\n", await OldAsync(ns, "delete", "pod", "web", "--grace-period=1"));
    }

    private static (int Code, string? Reason) Refusal(JsonElement found, string name) =>
        (found.GetProperty(name).GetProperty("code").GetInt32(), found.GetProperty(name).GetProperty("reason").GetString());

    private static void AssertJson(string expected, JsonElement found, string name, string? without = null)
    {
        var actual = found.GetProperty(name);
        if (without is not null) actual = JsonSerializer.SerializeToElement(actual.EnumerateArray().Where(one => one.GetString() != without));
        Assert.Equal(expected, JsonSerializer.Serialize(actual));
    }

    private async Task<string> FileAsync(string text)
    {
        var file = Path.Combine(shared.Lab.Folder, $"{Guid.NewGuid():N}.json");
        await File.WriteAllTextAsync(file, text);
        return file;
    }

    private async Task<string> OldAsync(string ns, params string[] arguments)
    {
        var program = Path.Combine(RequiredTool.FindFolder(OldKubectl) ?? OldKubectl, "kubectl");
        var run = await Command.RunAsync(program, ["--kubeconfig", shared.Lab.Kubeconfig, "--cache-dir", Path.Combine(shared.Lab.Folder, "cache-1.20"), "-n", ns, .. arguments]);
        Assert.True(run.ExitCode == 0, $"{string.Join(' ', arguments)}: {run.Error}");
        return run.Output;
    }

    private async Task<JsonElement> RunAsync(string program, string script, string ns, Lab? lab = null)
    {
        var run = await Command.RunAsync("env", [$"KUBECONFIG={(lab ?? shared.Lab).Kubeconfig}", program, Path.Combine(Scripts, script), ns]);
        Assert.True(run.ExitCode == 0, run.Error);
        return JsonDocument.Parse(run.Output).RootElement;
    }
}
