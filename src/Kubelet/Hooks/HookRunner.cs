using MiniK8s.Api.Errors;
using MiniK8s.Kubelet.PodWorkers;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.Hooks;

/// <summary>Runs postStart and preStop hooks [pkg/kubelet/lifecycle/handlers.go].</summary>
/// <remarks>
/// handler   | succeeds when
/// ----------+------------------------------------------------------------------------------
/// exec      | the command exits with 0; it is run as written, without shell or expansion
/// httpGet   | anything answers HTTP, whatever the status code
/// sleep     | the time has passed
/// tcpSocket | never: the API takes it, the kubelet does not
/// </remarks>
internal sealed class HookRunner(Runtime.IContainerRuntime runtime, Runtime.IPodNetwork network, TimeProvider time)
{
    private static readonly TimeSpan HttpTimeout = TimeSpan.FromMinutes(2);

    /// <summary>Null when the hook succeeded, else the text for the container's Waiting message.</summary>
    /// <exception cref="OperationCanceledException"><paramref name="ct"/>: the hook is abandoned.</exception>
    public Task<string?> RunAsync(HookCall call, CancellationToken ct) => call.Hook switch
    {
        { Exec: { } exec } => ExecAsync(call, exec, ct),
        { HttpGet: { } get } => HttpAsync(call, get, ct),
        { Sleep: { } sleep } => SleepAsync(sleep, ct),
        _ => Task.FromResult<string?>($"Cannot run handler: invalid handler: {call.Hook}"),
    };

    private async Task<string?> ExecAsync(HookCall call, ExecAction exec, CancellationToken ct)
    {
        try
        {
            var result = await runtime.ExecSyncAsync(call.ContainerId, exec.Command, TimeSpan.Zero, ct);
            if (result.ExitCode == 0) return null;
            var error = $"command '{string.Join(' ', exec.Command)}' exited with {result.ExitCode}: {result.Stderr}";
            return $"Exec lifecycle hook ([{string.Join(' ', exec.Command)}]) for Container \"{call.Container.Name}\" in Pod \"{call.Pod.Format()}\" failed - error: {error}, message: {GoText.Quote(result.Output)}";
        }
        catch (Runtime.RuntimeException exception)
        {
            return $"Exec lifecycle hook ([{string.Join(' ', exec.Command)}]) for Container \"{call.Container.Name}\" in Pod \"{call.Pod.Format()}\" failed - error: {exception.Message}, message: \"\"";
        }
    }

    private async Task<string?> HttpAsync(HookCall call, HTTPGetAction get, CancellationToken ct)
    {
        if (Ports.Resolve(get.Port, call.Container) is not { } port) return Failed($"invalid port number: {get.Port?.StrVal}");
        var headers = get.HttpHeaders.Select(h => KeyValuePair.Create(h.Name, h.Value)).ToList();
        if (!headers.Exists(h => string.Equals(h.Key, "User-Agent", StringComparison.OrdinalIgnoreCase))) headers.Add(new("User-Agent", "kube-lifecycle/1.32"));
        var scheme = get.Scheme.Length > 0 ? get.Scheme : "HTTP";
        var host = get.Host.Length > 0 ? get.Host : call.PodIp;
        var answer = await network.HttpAsync(new Runtime.HttpCall(scheme, host, port, get.Path) { Headers = headers }, HttpTimeout, ct);
        return answer.Error is { } error ? Failed(error.Message) : null;

        string Failed(string error) =>
            $"HTTP lifecycle hook ({get.Path}) for Container \"{call.Container.Name}\" in Pod \"{call.Pod.Format()}\" failed - error: {error}";
    }

    private async Task<string?> SleepAsync(SleepAction sleep, CancellationToken ct)
    {
        await Task.Delay(TimeSpan.FromSeconds(sleep.Seconds), time, ct);
        return null;
    }
}

/// <summary>One hook to run.</summary>
internal sealed record HookCall(Pod Pod, Container Container, string ContainerId, string PodIp, LifecycleHandler Hook);
