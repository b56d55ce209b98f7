using System.Text;

using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.Status;

/// <summary>A container's last words: the runtime's, then its own, or the end of its log [kuberuntime_container.go, container/runtime.go].</summary>
internal static class TerminationMessages
{
    private const int FallbackLines = 80;
    private const int FallbackBytes = 2048;
    private const int PodBytes = 12 * 1024;     // shared equally by all the pod's containers

    /// <summary>As status.state.terminated.message shows them.</summary>
    public static string Combine(PodSpec spec, Runtime.ContainerStatus instance)
    {
        var message = (instance.Message, instance.TerminationMessage) switch
        {
            ("", var own) => own,
            (var runtime, "") => runtime,
            var (runtime, own) => $"{runtime}: {own}",
        };
        return Cut(message, PodBytes / (spec.Containers.Count + spec.InitContainers.Count + spec.EphemeralContainers.Count));
    }

    /// <summary>The containers, those that failed without a word and have FallbackToLogsOnError with the end of their log.</summary>
    public static async Task<IReadOnlyList<Runtime.ContainerStatus>> WithLogsAsync(
        Runtime.IContainerRuntime runtime, PodSpec spec, IReadOnlyList<Runtime.ContainerStatus> containers, CancellationToken ct)
    {
        var names = spec.Containers.Concat(spec.InitContainers).Where(c => c.TerminationMessagePolicy == "FallbackToLogsOnError").Select(c => c.Name).ToHashSet();
        if (names.Count == 0) return containers;
        var result = new List<Runtime.ContainerStatus>(containers.Count);
        foreach (var container in containers)
        {
            var falls = container is { State: Runtime.ContainerState.Exited, ExitCode: not 0, TerminationMessage: "" } && names.Contains(container.Name);
            result.Add(falls ? container with { TerminationMessage = await EndOfLogAsync(runtime, container.Id, ct) } : container);
        }
        return result;
    }

    private static async Task<string> EndOfLogAsync(Runtime.IContainerRuntime runtime, string id, CancellationToken ct)
    {
        var text = new StringBuilder();
        await foreach (var line in runtime.ReadLogsAsync(id, new Runtime.LogOptions { TailLines = FallbackLines }, ct))
        {
            text.Append(Encoding.UTF8.GetString(line.Text.Span));
            if (!line.IsPartial) text.Append('\n');
        }
        var bytes = Encoding.UTF8.GetBytes(text.ToString());
        return Encoding.UTF8.GetString(bytes.AsSpan(Math.Max(0, bytes.Length - FallbackBytes)));
    }

    private static string Cut(string message, int limit) =>
        Encoding.UTF8.GetByteCount(message) <= limit ? message : Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(message).AsSpan(0, limit));
}
