using System.Runtime.CompilerServices;

using MiniK8s.Api.Errors;
using MiniK8s.Api.Objects;
using MiniK8s.Protocol;
using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.ApiServer.Registry.Translation;

/// <summary>A stored kind's verbs in a second form: translates what is asked, passes it on, and translates the answer.</summary>
/// <remarks>Owners of fields are kept and shown in the words of the stored kind, whichever way a field was written.</remarks>
internal sealed class SecondFormRegistry(SecondForm form, IResourceRegistry stored) : IResourceRegistry
{
    /// <inheritdoc/>
    public ApiKind Kind => form.Kind;

    /// <inheritdoc/>
    public async Task<IApiObject> CreateAsync(RequestContext request, string ns, IApiObject obj, CreateOptions options, CancellationToken ct) =>
        form.Shown(await stored.CreateAsync(request, ns, Checked(form.Stored(obj), old: null), options, ct));

    /// <inheritdoc/>
    public async Task<IApiObject> GetAsync(RequestContext request, string ns, string name, GetOptions options, CancellationToken ct) =>
        form.Shown(await stored.GetAsync(request, ns, name, options, ct));

    /// <inheritdoc/>
    public async Task<ObjectList> ListAsync(RequestContext request, string ns, ListOptions options, CancellationToken ct) =>
        Shown(await stored.ListAsync(request, ns, Stored(options), ct));

    /// <inheritdoc/>
    public async IAsyncEnumerable<IReadOnlyList<WatchChange>> WatchAsync(RequestContext request, string ns, ListOptions options, [EnumeratorCancellation] CancellationToken ct)
    {
        await foreach (var changes in stored.WatchAsync(request, ns, Stored(options), ct))
        {
            yield return [.. changes.Select(change => new WatchChange(change.Type, form.Shown(change.Object)))];
        }
    }

    /// <inheritdoc/>
    public async Task<UpdateResult> UpdateAsync(
        RequestContext request, string ns, string name, string subresource,
        Func<IApiObject?, IApiObject> transform, UpdateOptions options, CancellationToken ct)
    {
        return Shown(await stored.UpdateAsync(request, ns, name, subresource, Transform, options, ct));

        IApiObject Transform(IApiObject? current) => Checked(form.Stored(transform(current is null ? null : form.Shown(current))), current);
    }

    /// <inheritdoc/>
    public async Task<UpdateResult> ApplyAsync(RequestContext request, string ns, string name, string subresource, ApplyRequest apply, CancellationToken ct)
    {
        var said = apply.Configuration.Document;
        var configuration = apply.Configuration with { Document = form.Stored(said), Said = said };
        return Shown(await stored.ApplyAsync(request, ns, name, subresource, apply with { Configuration = configuration }, ct));
    }

    /// <inheritdoc/>
    public async Task<DeleteResult> DeleteAsync(RequestContext request, string ns, string name, DeleteOptions options, CancellationToken ct)
    {
        var result = await stored.DeleteAsync(request, ns, name, options, ct);
        return result with { Object = form.Shown(result.Object) };
    }

    /// <inheritdoc/>
    public async Task<ObjectList> DeleteCollectionAsync(
        RequestContext request, string ns, DeleteOptions options, ListOptions listOptions, CancellationToken ct) =>
        Shown(await stored.DeleteCollectionAsync(request, ns, options, Stored(listOptions), ct));

    private ObjectList Shown(ObjectList list) => list with { Items = [.. list.Items.Select(form.Shown)] };

    private UpdateResult Shown(UpdateResult result) => result with { Object = form.Shown(result.Object) };

    private ListOptions Stored(ListOptions options)
    {
        if (options.FieldSelector.Length == 0) return options;
        var translated = options.Clone();
        translated.FieldSelector = form.StoredSelector(options.FieldSelector);
        return translated;
    }

    private IApiObject Checked(IApiObject written, IApiObject? old)
    {
        var errors = form.Check(written, old);
        return errors.Any ? throw StatusErrors.Invalid(form.StoredKind, written.Metadata?.Name ?? "", errors) : written;
    }
}
