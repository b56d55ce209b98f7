using System.Text;

using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.References;

/// <summary>The pod's own fields as containers can see them: <c>fieldRef</c> in env and in downward API volumes [pkg/fieldpath].</summary>
internal static class PodFields
{
    /// <summary>
    /// The value of a path such as <c>metadata.name</c> or <c>metadata.labels['app']</c>. A label or annotation that is absent is empty; null when there is no
    /// such field.
    /// </summary>
    /// <param name="pod">Its nodeName, labels and the rest.</param>
    /// <param name="path">As the manifest has it.</param>
    /// <param name="addresses">The pod's and the node's, which the API may not know yet.</param>
    public static string? Find(Pod pod, string path, PodAddresses addresses) => path switch
    {
        "metadata.name" => pod.Metadata.Name,
        "metadata.namespace" => pod.Metadata.Namespace,
        "metadata.uid" => pod.Metadata.Uid,
        "metadata.labels" => Lines(pod.Metadata.Labels),
        "metadata.annotations" => Lines(pod.Metadata.Annotations),
        "spec.nodeName" => pod.Spec.NodeName,
        "spec.serviceAccountName" => pod.Spec.ServiceAccountName,
        "status.podIP" or "status.podIPs" => addresses.PodIp,
        "status.hostIP" or "status.hostIPs" => addresses.HostIp,
        _ when Subscript(path, "metadata.labels") is { } label => pod.Metadata.Labels.TryGetValue(label, out var value) ? value : "",
        _ when Subscript(path, "metadata.annotations") is { } annotation => pod.Metadata.Annotations.TryGetValue(annotation, out var value) ? value : "",
        _ => null,
    };

    private static string? Subscript(string path, string map) =>
        path.StartsWith(map + "['", StringComparison.Ordinal) && path.EndsWith("']", StringComparison.Ordinal) ? path[(map.Length + 2)..^2] : null;

    // key="value" on lines of their own, sorted by key; the value is quoted as Go quotes it.
    private static string Lines(IDictionary<string, string> map) =>
        string.Join('\n', map.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => $"{entry.Key}={Quote(entry.Value)}"));

    private static string Quote(string value)
    {
        var text = new StringBuilder("\"");
        foreach (var letter in value)
        {
            text.Append(letter switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                < ' ' or '\x7f' => $"\\x{(int)letter:x2}",
                _ => letter.ToString(),
            });
        }
        return text.Append('"').ToString();
    }
}

/// <summary>Where a pod and its node are reached; empty while not known.</summary>
internal sealed record PodAddresses(string PodIp, string HostIp);
