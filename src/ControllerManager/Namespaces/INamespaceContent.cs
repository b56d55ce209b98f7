using MiniK8s.Api.Objects;

namespace MiniK8s.ControllerManager.Namespaces;

/// <summary>All objects of one kind in a namespace.</summary>
internal interface INamespaceContent
{
    ApiKind Kind { get; }

    /// <summary>Deletes them, each in its own way, and says what is left for now.</summary>
    Task<Remains> RemoveAsync(string ns, CancellationToken ct);
}

/// <summary>What is left of one kind.</summary>
/// <param name="Count">How many objects.</param>
/// <param name="Finalizers">How many objects each finalizer holds.</param>
/// <param name="Grace">How long their owners have to let go of them.</param>
internal sealed record Remains(int Count, IReadOnlyDictionary<string, int> Finalizers, TimeSpan Grace)
{
    public static readonly Remains None = new(0, new Dictionary<string, int>(), TimeSpan.Zero);
}
