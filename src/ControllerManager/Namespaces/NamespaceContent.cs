using MiniK8s.Api.Objects;
using MiniK8s.Client.Resources;
using MiniK8s.Protocol;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.ControllerManager.Namespaces;

/// <summary>The content of one kind, by that kind's own verbs; pods end gracefully.</summary>
internal sealed class NamespaceContent<T>(IApiClient api) : INamespaceContent
    where T : class, IApiObject
{
    private static readonly TimeSpan FinalizerGrace = TimeSpan.FromSeconds(15);

    public ApiKind Kind => ApiKinds.Of<T>();

    public async Task<Remains> RemoveAsync(string ns, CancellationToken ct)
    {
        var resources = api.Resource<T>();
        if ((await resources.ListAsync(ns, options: null, ct)).Items.Count == 0) return Remains.None;
        await resources.DeleteCollectionAsync(ns, options: null, listOptions: null, ct);
        return Left((await resources.ListAsync(ns, options: null, ct)).Items);
    }

    internal static Remains Left(IReadOnlyList<T> items) => items.Count == 0 ? Remains.None : new Remains(
        items.Count,
        items.SelectMany(item => item.Metadata.Finalizers).CountBy(finalizer => finalizer).ToDictionary(),
        items.Max(Grace));

    private static TimeSpan Grace(T item) => item switch
    {
        Pod pod => TimeSpan.FromSeconds(pod.Spec?.TerminationGracePeriodSeconds ?? 0),
        _ when item.Metadata.Finalizers.Count > 0 => FinalizerGrace,
        _ => TimeSpan.Zero,
    };
}

internal static class NamespaceContent
{
    /// <summary>Every kind that lives in namespaces.</summary>
    public static IReadOnlyList<INamespaceContent> All(IApiClient api) =>
    [
        .. ApiKinds.All.Where(kind => kind.Namespaced).Select(kind =>
            (INamespaceContent)Activator.CreateInstance(typeof(NamespaceContent<>).MakeGenericType(kind.ClrType), api)!),
    ];
}
