namespace MiniK8s.Cluster.Tests.Conformance;

/// <summary>Group 13: what containers are told at their start and before their end [test/e2e/common/node/lifecycle_hook.go, test/e2e/node/pre_stop.go].</summary>
[Collection("lab")]
public sealed class HookConformanceTests(SharedLab shared, HookedPods pods) : IClassFixture<HookedPods>
{
    private const string Simulated = "in a simulated container";

    [ConformanceFact("Pod Lifecycle, post start exec hook", Half = Simulated)]
    public Task PostStart_Exec_IsRunAfterTheStart() => IsCalledAtTheStartAsync("poststart-exec", "postStart-exec");

    [ConformanceFact("Pod Lifecycle, post start http hook", Half = Simulated)]
    public Task PostStart_Http_IsCalledAfterTheStart() => IsCalledAtTheStartAsync("poststart-http", "postStart-http");

    [ConformanceFact("Pod Lifecycle, prestop exec hook", Half = Simulated)]
    public Task PreStop_Exec_IsRunBeforeTheEnd() => IsCalledBeforeTheEndAsync("prestop-exec", "preStop-exec");

    [ConformanceFact("Pod Lifecycle, prestop http hook", Half = Simulated)]
    public Task PreStop_Http_IsCalledBeforeTheEnd() => IsCalledBeforeTheEndAsync("prestop-http", "preStop-http");

    [ConformanceFact("Pods, prestop hook", "kubectl", Half = $"{Simulated}; the server is asked by exec, since there is no proxy yet")]
    public async Task PreStop_PodIsDeleted_TheServerHasReceivedIt()
    {
        await pods.UntilReadyAsync("tester");
        Assert.Equal("{\"Received\":{}}", await ReadAsync());

        await pods.DeleteAsync("tester", grace: 3);      // sleep does not hear of the stop signal

        Assert.Equal("{\"Received\":{\"prestop\":1}}", await ReadAsync());

        Task<string> ReadAsync() => shared.Lab.KubectlOkAsync("exec", HookedPods.Counter, "-n", pods.Namespace, "--", "wget", "-qO-", "http://localhost:8080/read");
    }

    private async Task IsCalledAtTheStartAsync(string pod, string message)
    {
        await pods.UntilReadyAsync(pod);

        // The pod is not Ready before its hook has ended, so the call is in the log by now.
        Assert.Single(await CallsAsync(message));
        await pods.DeleteAsync(pod);
        Assert.Single(await CallsAsync(message));
    }

    private async Task IsCalledBeforeTheEndAsync(string pod, string message)
    {
        await pods.UntilReadyAsync(pod);
        Assert.Empty(await CallsAsync(message));

        await pods.DeleteAsync(pod);

        Assert.Single(await CallsAsync(message));
    }

    private async Task<IEnumerable<string>> CallsAsync(string message) =>
        (await pods.LogOfServerAsync()).Split('\n').Where(line => line.EndsWith($"] GET /echo?msg={message}", StringComparison.Ordinal));
}
