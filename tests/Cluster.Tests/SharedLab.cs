using MiniK8s.ClusterKit;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.Cluster.Tests;

/// <summary>One lab for all the tests that leave it as they found it; each works in a namespace of its own.</summary>
public sealed class SharedLab : IAsyncLifetime
{
    private int _namespaces;

    public Lab Lab { get; private set; } = null!;

    /// <summary>The lab's apiserver over REST, as its administrator.</summary>
    public RestClient Rest { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Lab = await Lab.StartAsync();
        Rest = new RestClient(Lab.Kubeconfig);
    }

    public async Task DisposeAsync()
    {
        Rest.Dispose();
        await Lab.DisposeAsync();
    }

    /// <summary>A fresh namespace in which Pods may be created at once.</summary>
    public async Task<string> NewNamespaceAsync()
    {
        var name = $"test-{Interlocked.Increment(ref _namespaces)}";
        await OpenNamespaceAsync(name);
        return name;
    }

    /// <summary>Pulls images on both nodes; returns when they are there.</summary>
    public async Task PullAsync(params string[] images)
    {
        var ns = await NewNamespaceAsync();
        foreach (var node in (string[])["node-1", "node-2"])
        {
            var pod = A.Pod(ns, node, images[0], "true").OnNode(node).Restart("Never");
            foreach (var image in images.Skip(1)) pod.Spec.Containers.Add(new Container { Name = $"image-{pod.Spec.Containers.Count}", Image = image, Command = { "true" } });
            await Lab.Api.CreatePodAsync(pod);
        }
        foreach (var node in (string[])["node-1", "node-2"]) await Lab.Api.UntilPodAsync(ns, node, pod => pod.Status.Phase == "Succeeded", "has pulled");
    }

    /// <summary>A namespace of that name, as far as that Pods may be created in it at once.</summary>
    public async Task OpenNamespaceAsync(string name)
    {
        await Lab.Api.Resource<Namespace>().CreateAsync(new Namespace { Metadata = new ObjectMeta { Name = name } }, CancellationToken.None);
        await Eventually.TrueAsync(
            async () => (await Lab.Api.Resource<ServiceAccount>().ListAsync(name, options: null, CancellationToken.None)).Items.Any(account => account.Metadata.Name == "default"),
            $"service account default in {name}");
    }
}

[CollectionDefinition("lab")]
public sealed class LabCollection : ICollectionFixture<SharedLab>;
