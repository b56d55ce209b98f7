using MiniK8s.Api.Errors;
using MiniK8s.Kubelet.ContainerConfigs;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.Probes;

/// <summary>Runs a command in the container; exit code 0 is success [pkg/probe/exec].</summary>
internal sealed class ExecCheck(Runtime.IContainerRuntime runtime)
{
    private const int OutputLimit = 10 << 10;

    public async Task<ProbeOutcome> RunAsync(ExecAction action, Container container, string containerId, TimeSpan timeout, CancellationToken ct)
    {
        // Only values that stand in the manifest are put in: a probe is not given the container's whole environment.
        var literal = container.Env.Where(v => v.ValueFrom is null).GroupBy(v => v.Name).ToDictionary(g => g.Key, g => g.Last().Value);
        string[] command = [.. action.Command.Select(word => Expansion.Expand(word, literal.GetValueOrDefault))];
        try
        {
            var result = await runtime.ExecSyncAsync(containerId, command, timeout, ct);
            if (result.TimedOut) return new(ProbeVerdict.Failure, $"command timed out: \"{string.Join(' ', command)}\" timed out after {GoText.Duration(timeout)}");
            return new(result.ExitCode == 0 ? ProbeVerdict.Success : ProbeVerdict.Failure, Cut(result.Output));
        }
        catch (Runtime.RuntimeException exception)
        {
            return new(ProbeVerdict.Error, exception.Message);
        }
    }

    private static string Cut(string output) => output.Length > OutputLimit ? output[..OutputLimit] : output;
}
