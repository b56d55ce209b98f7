using System.Text.Json.Nodes;

namespace MiniK8s.Cluster.Tests.Conformance;

/// <summary>Groups 11, 14 and 15: what pods run, in what order, with what environment, and what they leave [test/e2e/common/node].</summary>
/// <remarks>Containers are simulated: what is checked is what the kubelet makes of the spec, and of what the container does.</remarks>
[Collection("lab")]
public sealed class ContainerConformanceTests(SharedLab shared, ScriptedPods pods) : ConformanceTests(shared), IClassFixture<ScriptedPods>
{
    private const string Simulated = "in a simulated container";

    [ConformanceFact("ConfigMap, from environment field", Half = Simulated)]
    public Task ConfigMapKey_ReachesTheEnvironment() => ShowsAsync("configmap-env", "CONFIG_DATA_1=value-1");

    [ConformanceFact("ConfigMap, from environment variables", Half = Simulated)]
    public Task ConfigMap_ReachesTheEnvironment() => ShowsAsync("configmap-envfrom", "data-1=value-1", "data-2=value-2", "p-data-1=value-1", "p-data-2=value-2");

    [ConformanceFact("ConfigMap, from environment field with various prefixes", Half = Simulated)]
    public Task ConfigMap_AnyPrefix_ReachesTheEnvironment() => ShowsAsync("configmap-prefixes", "1-data-1=value-1", "$_-data-1=value-1");

    [ConformanceFact("Secrets, pod environment field", Half = Simulated)]
    public Task SecretKey_ReachesTheEnvironment() => ShowsAsync("secret-env", "SECRET_DATA=value-1");

    [ConformanceFact("Secrets, pod environment from source", Half = Simulated)]
    public Task Secret_ReachesTheEnvironment() => ShowsAsync("secret-envfrom", "data-1=value-1", "data-2=value-2", "p-data-1=value-1", "p-data-2=value-2");

    [ConformanceFact("Secrets, envFrom with various prefixes", Half = Simulated)]
    public Task Secret_AnyPrefix_ReachesTheEnvironment() => ShowsAsync("secret-prefixes", "1-data-1=value-1", "$_-data-1=value-1");

    [ConformanceFact("DownwardAPI, environment for name, namespace and ip", Half = Simulated)]
    public async Task DownwardApi_NameNamespaceAndIp()
    {
        var pod = await pods.EndedAsync("downward-pod");

        await ShowsAsync("downward-pod", "POD_NAME=downward-pod", $"POD_NAMESPACE={pods.Namespace}", $"POD_IP={pod.Text("status/podIP")}");
    }

    [ConformanceFact("DownwardAPI, environment for host ip", Half = Simulated)]
    public async Task DownwardApi_HostIp() => await ShowsAsync("downward-host", $"HOST_IP={(await pods.EndedAsync("downward-host")).Text("status/hostIP")}");

    [ConformanceFact("DownwardAPI, environment for hostIPs", Half = Simulated)]
    public async Task DownwardApi_HostIps() => await ShowsAsync("downward-host", $"HOST_IPS={(await pods.EndedAsync("downward-host")).Text("status/hostIPs/0/ip")}");

    [ConformanceFact("DownwardAPI, environment for Pod UID", Half = Simulated)]
    public async Task DownwardApi_Uid() => await ShowsAsync("downward-uid", $"POD_UID={(await pods.EndedAsync("downward-uid")).Text("metadata/uid")}");

    [ConformanceFact("DownwardAPI, environment for CPU and memory limits and requests", Half = Simulated)]
    public Task DownwardApi_Resources() => ShowsAsync("downward-limits", "CPU_LIMIT=2", "MEMORY_LIMIT=67108864", "CPU_REQUEST=1", "MEMORY_REQUEST=33554432");

    [ConformanceFact("DownwardAPI, environment for default CPU and memory limits", Half = Simulated)]
    public async Task DownwardApi_NoLimits_AreTheNodes()
    {
        var node = (await Of("nodes").GetAsync((await pods.EndedAsync("downward-defaults")).Text("spec/nodeName"))).At("status/allocatable");
        var memory = Api.Quantities.Quantity.Parse(node.Text("memory")).Value;

        await ShowsAsync("downward-defaults", $"CPU_LIMIT={node.Text("cpu")}", $"MEMORY_LIMIT={memory}");
    }

    [ConformanceFact("Environment variables, expansion", Half = Simulated)]
    public Task Expansion_InValues() => ShowsAsync("expansion", "FOO=foo-value", "BAR=bar-value", "FOOBAR=foo-value;;bar-value");

    [ConformanceFact("Environment variables, command expansion", Half = Simulated)]
    public Task Expansion_InTheCommand() => ShowsAsync("expansion-command", "test-value");

    [ConformanceFact("Environment variables, command argument expansion", Half = Simulated)]
    public Task Expansion_InTheArguments() => ShowsAsync("expansion-args", "test-value");

    [ConformanceFact("VolumeSubpathEnvExpansion, subpath expansion", Half = Simulated)]
    public Task SubPath_OfAVariable_IsMounted() => ShowsAsync("subpath-expands", "there");

    [ConformanceFact("VolumeSubpathEnvExpansion, subpath test writes", Half = Simulated)]
    public Task SubPath_WrittenInTheVolume_IsReadThere() => ShowsAsync("subpath-writes", "written");

    [ConformanceFact("VolumeSubpathEnvExpansion, subpath with absolute path", Half = Simulated)]
    public Task SubPath_Absolute_IsRefused() => IsHeldBackAsync("subpath-absolute", "error SubPath `/tmp` must not be an absolute path");

    [ConformanceFact("VolumeSubpathEnvExpansion, subpath with backticks", Half = Simulated)]
    public Task SubPath_LeadsOut_IsRefused() => IsHeldBackAsync("subpath-backsteps", "unable to provision SubPath `..`: must not contain '..'");

    [ConformanceFact("VolumeSubpathEnvExpansion, subpath ready from failed state", Half = Simulated)]
    public async Task SubPath_OfAnAnnotation_IsMendedInThePodsLife()
    {
        await IsHeldBackAsync("subpath-mended", "missing value for WHERE");

        await pods.AnnotateAsync("subpath-mended", "mysubpath", "mypath");

        await ShowsAsync("subpath-mended", "ready");
    }

    [ConformanceFact("Containers, without command and arguments", Half = Simulated)]
    public Task Neither_IsTheImagesOwn() => ShowsAsync("defaults", "Hello from Docker!");

    [ConformanceFact("Containers, with command", Half = Simulated)]
    public Task Command_OverridesTheEntrypoint() => ShowsAsync("command", "override command");

    [ConformanceFact("Containers, with arguments", Half = Simulated)]
    public Task Arguments_OverrideTheImagesCommand() => ShowsAsync("arguments", "override arguments");

    [ConformanceFact("Containers, with command and arguments", Half = Simulated)]
    public Task CommandAndArguments_OverrideBoth() => ShowsAsync("both", "override both");

    [ConformanceFact("Kubelet, log output, default", Half = Simulated)]
    public Task Output_IsInTheLog() => ShowsAsync("output", "to stdout", "to stderr");

    [ConformanceFact("Kubelet, failed pod, terminated reason", Half = Simulated)]
    public async Task FailedCommand_HasAReason()
    {
        var ended = (await pods.EndedAsync("fails")).At("status/containerStatuses/0/state/terminated");

        Assert.Equal(("Error", "1"), (ended.Text("reason"), ended.Text("exitCode")));
    }

    [ConformanceFact("TerminationMessagePath, non-root user and non-default path", Half = Simulated)]
    public Task Message_AtAPathOfItsOwn() => EndsWithAsync("message-path", "DONE");

    [ConformanceFact("TerminationMessage, from container's log output of failing container", Half = Simulated)]
    public Task Message_OfAFailure_IsTheLog() => EndsWithAsync("message-log-failed", "DONE");

    [ConformanceFact("TerminationMessage, from log output of succeeding container", Half = Simulated)]
    public Task Message_OfASuccess_IsNotTheLog() => EndsWithAsync("message-log-succeeded", "");

    [ConformanceFact("TerminationMessage, from file of succeeding container", Half = Simulated)]
    public Task Message_InTheFile_Counts() => EndsWithAsync("message-file", "OK");

    [ConformanceFact("init-container-starts-app-restartnever-pod", Half = Simulated)]
    public async Task InitContainers_RunInOrder_ThenThePodSucceeds()
    {
        var pod = await pods.EndedAsync("init-never");

        Assert.Equal(("Succeeded", "True"), (pod.Text("status/phase"), pod.Condition("Initialized")));
        Assert.Equal(["0", "0"], Inits(pod).Select(status => status.Text("state/terminated/exitCode")));
        Assert.All(Inits(pod), status => Assert.Equal("true", status.Text("ready")));
        Assert.True(string.CompareOrdinal(Inits(pod).First().Text("state/terminated/finishedAt"), Inits(pod).Last().Text("state/terminated/startedAt")) <= 0);
    }

    [ConformanceFact("init-container-starts-app-restartalways-pod", Half = Simulated)]
    public async Task InitContainers_Succeed_ThenTheAppRuns()
    {
        var pod = await pods.UntilAsync("init-always", each => each.Text("status/phase") == "Running", "is Running");

        Assert.Equal("True", pod.Condition("Initialized"));
        Assert.Equal(["0", "0"], Inits(pod).Select(status => status.Text("state/terminated/exitCode")));
    }

    [ConformanceFact("init-container-fails-stops-app-restartalways-pod", Half = $"{Simulated}; one restart, where upstream waits for three")]
    public async Task InitContainer_Fails_IsTriedAgainAndTheAppNeverStarts()
    {
        var pod = await pods.UntilAsync("init-fails-always", each => each.Text("status/initContainerStatuses/0/restartCount") is not ("" or "0"), "has tried its init container again");

        Assert.Equal(("Pending", "False"), (pod.Text("status/phase"), pod.Condition("Initialized")));
        Assert.Equal("PodInitializing", pod.Text("status/initContainerStatuses/1/state/waiting/reason"));
        Assert.Equal(("PodInitializing", "0"), (pod.Text("status/containerStatuses/0/state/waiting/reason"), pod.Text("status/containerStatuses/0/restartCount")));
    }

    [ConformanceFact("init-container-fails-stops-app-restartnever-pod", Half = Simulated)]
    public async Task InitContainer_Fails_FailsThePodAndTheAppNeverStarts()
    {
        var pod = await pods.EndedAsync("init-fails-never");

        Assert.Equal(("Failed", "False"), (pod.Text("status/phase"), pod.Condition("Initialized")));
        Assert.Equal(["0", "1"], Inits(pod).Select(status => status.Text("state/terminated/exitCode")));
        Assert.NotNull(pod.At("status/containerStatuses/0/state/waiting"));
    }

    private async Task ShowsAsync(string pod, params string[] lines)
    {
        var log = await pods.LogAsync(pod);
        Assert.Equal("Succeeded", (await pods.EndedAsync(pod)).Text("status/phase"));
        Assert.All(lines, line => Assert.Contains(line, log));
    }

    private async Task IsHeldBackAsync(string name, string message)
    {
        var pod = await pods.UntilAsync(name, each => each.Text("status/containerStatuses/0/state/waiting/reason") == "CreateContainerConfigError", "cannot be configured");

        Assert.Equal(("Pending", message), (pod.Text("status/phase"), pod.Text("status/containerStatuses/0/state/waiting/message")));
    }

    private async Task EndsWithAsync(string pod, string message) =>
        Assert.Equal(message, (await pods.EndedAsync(pod)).Text("status/containerStatuses/0/state/terminated/message"));

    private static IEnumerable<JsonNode> Inits(JsonNode pod) => pod.At("status/initContainerStatuses")!.AsArray().Select(status => status!);
}
