using System.Globalization;
using System.Security.Cryptography;
using System.Text;

using Google.Protobuf;

using MiniK8s.Api.Codecs;
using MiniK8s.Api.Defaults;
using MiniK8s.Api.Errors;
using MiniK8s.Api.Objects;
using MiniK8s.Api.Validation;
using MiniK8s.Kubelet.PodWorkers;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.Kubelet.StaticPods;

/// <summary>Makes a node's pod of a manifest [pkg/kubelet/config/common.go].</summary>
/// <remarks>
/// <code>
/// name         the manifest's, a hyphen, the node's in lower case
/// namespace    default, unless it says another
/// uid          the manifest's, else a hash over it, the node and the file: whoever edits a file makes another pod
/// annotations  kubernetes.io/config.hash (the uid), config.seen, config.source: file
/// tolerations  every NoExecute taint
/// nodeName     the node
/// </code>
/// </remarks>
internal static class StaticPodManifest
{
    private const string Seen = "kubernetes.io/config.seen";

    /// <summary>The pod.</summary>
    /// <param name="content">YAML or JSON.</param>
    /// <param name="file">The file's full name.</param>
    /// <param name="node">The node's name.</param>
    /// <param name="now">When it was seen.</param>
    /// <exception cref="ManifestException">It is not a Pod, or one that could never run.</exception>
    public static Pod Read(ReadOnlyMemory<byte> content, string file, string node, DateTimeOffset now)
    {
        var pod = Decode(content);
        PodDefaults.Apply(pod);
        var metadata = pod.Metadata ??= new ObjectMeta();
        if (metadata.Name.Length == 0) throw new ManifestException("metadata.name: Required value");
        if (metadata.Uid.Length == 0) metadata.Uid = HashOf(pod, file, node);
        metadata.Name = $"{metadata.Name}-{node.ToLowerInvariant()}";
        if (metadata.Namespace.Length == 0) metadata.Namespace = "default";
        metadata.Annotations[PodSpecs.HashAnnotation] = metadata.Uid;
        metadata.Annotations[Seen] = now.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);
        metadata.Annotations[PodSpecs.SourceAnnotation] = "file";
        pod.Spec.NodeName = node;
        pod.Spec.Tolerations.Add(new Toleration { Operator = "Exists", Effect = "NoExecute" });
        var errors = PodValidation.Validate(pod);
        return errors.Count == 0 ? pod : throw new ManifestException(string.Join("; ", errors));
    }

    private static Pod Decode(ReadOnlyMemory<byte> content)
    {
        try
        {
            var encoding = content.Span.TrimStart(" \t\r\n"u8) is [(byte)'{', ..] ? ApiEncoding.Json : ApiEncoding.Yaml;
            return (Pod)ApiCodec.DecodeBody(content, encoding, ApiKinds.Of<Pod>()).Object;
        }
        catch (ApiException exception)
        {
            throw new ManifestException(exception.Message);
        }
    }

    private static string HashOf(Pod pod, string file, string node) =>
        Convert.ToHexStringLower(MD5.HashData([.. pod.ToByteArray(), .. Encoding.UTF8.GetBytes($"host:{node}file:{file}")]));
}

/// <summary>A manifest that makes no pod; the message says why.</summary>
internal sealed class ManifestException(string message) : Exception(message);
