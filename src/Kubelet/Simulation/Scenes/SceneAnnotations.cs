using System.Security.Cryptography;
using System.Text;

using MiniK8s.Kubelet.Runtime;

namespace MiniK8s.Kubelet.Simulation.Scenes;

/// <summary>Where a pod keeps its scenes: <c>minik8s.dev/scene</c> for each of its containers, <c>minik8s.dev/scene.NAME</c> for one of them instead.</summary>
internal static class SceneAnnotations
{
    /// <summary>The annotation; with a dot and a container's name, that container's.</summary>
    public const string Annotation = "minik8s.dev/scene";

    /// <summary>What is wrong with the pod's scenes; null when nothing is.</summary>
    public static string? FaultOf(IReadOnlyDictionary<string, string> annotations)
    {
        foreach (var (key, text) in annotations.Where(entry => entry.Key == Annotation || entry.Key.StartsWith(Annotation + ".", StringComparison.Ordinal)))
        {
            try
            {
                SceneText.Parse(text);
            }
            catch (FormatException fault)
            {
                return $"annotation {key}: {fault.Message}";
            }
        }
        return null;
    }

    /// <summary>The scene of one start of a container, its draws made. The annotations have no fault.</summary>
    public static SceneCast CastOf(PodSandboxConfig pod, string container, int attempt)
    {
        if (!pod.Annotations.TryGetValue($"{Annotation}.{container}", out var text) && !pod.Annotations.TryGetValue(Annotation, out text)) return SceneCast.None;
        var scene = SceneText.Parse(text);
        return new SceneCast(scene, RandomOf(scene, $"{pod.Name}/{container}/{attempt}"));
    }

    /// <summary>How long the pod's images take; null leaves it to the image. The longest that one of its scenes says.</summary>
    public static TimeSpan? PullTimeOf(IReadOnlyDictionary<string, string> annotations, string image)
    {
        if (FaultOf(annotations) is not null) return null;      // no sandbox is made for it anyway
        var times = annotations.Where(entry => entry.Key == Annotation || entry.Key.StartsWith(Annotation + ".", StringComparison.Ordinal))
            .Select(entry => SceneText.Parse(entry.Value))
            .Where(scene => scene.Pull is not null)
            .Select(scene => scene.Pull!.Value.Draw(RandomOf(scene, image)))
            .ToList();
        return times.Count > 0 ? TimeSpan.FromSeconds(times.Max()) : null;
    }

    // The same in every process: what is drawn can be told to others.
    private static Random RandomOf(Scene scene, string what) =>
        new(BitConverter.ToInt32(SHA256.HashData(Encoding.UTF8.GetBytes(scene.Seed is { } seed ? $"{seed}/{what}" : what))));
}
