using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.ApiServer.Admission.DefaultTolerations;

/// <summary>Pods stay five minutes on a node that is not ready or cannot be reached, unless they say otherwise.</summary>
internal sealed class DefaultTolerationSecondsPlugin : IAdmissionPlugin
{
    private const string NotReady = "node.kubernetes.io/not-ready";
    private const string Unreachable = "node.kubernetes.io/unreachable";
    private const long Seconds = 300;

    /// <inheritdoc/>
    public ValueTask MutateAsync(AdmissionRequest request, CancellationToken ct)
    {
        if (request is { Operation: AdmissionOperation.Create or AdmissionOperation.Update, Subresource: "", Object: Pod pod })
        {
            foreach (var key in (string[])[NotReady, Unreachable])
            {
                if (!Tolerates(pod, key)) pod.Spec.Tolerations.Add(Toleration(key));
            }
        }
        return ValueTask.CompletedTask;
    }

    private static bool Tolerates(Pod pod, string key) =>
        pod.Spec.Tolerations.Any(each => (each.Key == key || each.Key.Length == 0) && each.Effect is ("" or "NoExecute"));

    private static Toleration Toleration(string key) =>
        new() { Key = key, Operator = "Exists", Effect = "NoExecute", TolerationSeconds = Seconds };
}
