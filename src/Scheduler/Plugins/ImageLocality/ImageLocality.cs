using MiniK8s.Protocol.Core.V1;
using MiniK8s.Scheduler.Framework;

namespace MiniK8s.Scheduler.Plugins.ImageLocality;

/// <summary>Prefers nodes that have the pod's images, the more the larger they are.</summary>
/// <remarks>
/// An image counts with its size times the part of all nodes that have it, so that the first node to have it does not draw every pod. The
/// sum over the containers becomes 0 up to 23 MiB and 100 from 1000 MiB per container. Two nodes, one with an image of 500 MiB:
/// 500 / 2 = 250; 100 · (250 − 23) / (1000 − 23) = 23. Source: pkg/scheduler/framework/plugins/imagelocality/image_locality.go.
/// </remarks>
internal sealed class ImageLocality : IPreScorePlugin, IScorePlugin
{
    private const long Least = 23 << 20;
    private const long MostPerContainer = 1000 << 20;

    public string Name => "ImageLocality";

    public bool PreScore(CycleState state, PodInfo pod, Snapshot snapshot, IReadOnlyList<NodeInfo> feasible)
    {
        var spec = pod.Pod.Spec;
        var images = new Wanted[spec.InitContainers.Count + spec.Containers.Count];
        var isAnywhere = false;
        for (var i = 0; i < images.Length; i++)
        {
            var container = i < spec.InitContainers.Count ? spec.InitContainers[i] : spec.Containers[i - spec.InitContainers.Count];
            images[i] = Wanted.Of(container, snapshot);
            isAnywhere |= images[i].Spread > 0;
        }
        if (isAnywhere) state.Keep(new WantedImages(images));
        return isAnywhere;
    }

    public long Score(CycleState state, PodInfo pod, NodeInfo node)
    {
        if (state.Find<WantedImages>() is not { Images: var images }) return 0;
        long sum = 0;
        foreach (var image in images)
        {
            if (node.Images.TryGetValue(image.Name, out var size)) sum += (long)(size * image.Spread);
        }
        var most = MostPerContainer * images.Length;
        return Scores.Max * (long.Clamp(sum, Least, most) - Least) / (most - Least);
    }

    private sealed class WantedImages(Wanted[] images) : ICycleData
    {
        public Wanted[] Images => images;

        public ICycleData Clone() => this;
    }

    // Spread: the part of all nodes that have the image.
    private readonly record struct Wanted(string Name, double Spread)
    {
        public static Wanted Of(Container container, Snapshot snapshot)
        {
            var name = HasTag(container.Image) ? container.Image : container.Image + ":latest";
            return new Wanted(name, (double)snapshot.NodesHaving(name) / snapshot.Nodes.Count);
        }

        // A colon before the last slash is that of a registry's port.
        private static bool HasTag(string image) => image.LastIndexOf(':') > image.LastIndexOf('/');
    }
}
