using MiniK8s.ClusterKit;

namespace MiniK8s.Cluster.Tests;

/// <summary>One lab for all the tests that leave it as they found it; each works in a namespace of its own.</summary>
public sealed class SharedLab : IAsyncLifetime
{
    private int _namespaces;

    public Lab Lab { get; private set; } = null!;

    public async Task InitializeAsync() => Lab = await Lab.StartAsync();

    public async Task DisposeAsync() => await Lab.DisposeAsync();

    /// <summary>A fresh namespace in which Pods may be created at once.</summary>
    public async Task<string> NewNamespaceAsync()
    {
        var name = $"test-{Interlocked.Increment(ref _namespaces)}";
        await OpenNamespaceAsync(name);
        return name;
    }

    /// <summary>A namespace of that name, as far as that Pods may be created in it at once.</summary>
    public async Task OpenNamespaceAsync(string name)
    {
        await Lab.KubectlOkAsync("create", "namespace", name);
        await Eventually.TrueAsync(async () => (await Lab.KubectlAsync("get", "serviceaccount", "default", "-n", name)).ExitCode == 0, $"service account default in {name}");
    }
}

[CollectionDefinition("lab")]
public sealed class LabCollection : ICollectionFixture<SharedLab>;
