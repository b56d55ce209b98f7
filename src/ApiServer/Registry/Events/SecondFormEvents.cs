using System.Runtime.CompilerServices;

using MiniK8s.Api.Errors;
using MiniK8s.Api.Objects;
using MiniK8s.Api.Validation;
using MiniK8s.Protocol;
using MiniK8s.Protocol.Meta.V1;

using CoreEvent = MiniK8s.Protocol.Core.V1.Event;
using NewEvent = MiniK8s.Protocol.Events.V1.Event;

namespace MiniK8s.ApiServer.Registry.Events;

/// <summary>Core's events as events.k8s.io shows them. What is written this way is held to stricter rules.</summary>
/// <remarks>Owners of fields are kept and shown in core's words, whichever way a field was written.</remarks>
internal sealed class SecondFormEvents(IResourceRegistry core) : IResourceRegistry
{
    /// <inheritdoc/>
    public ApiKind Kind => SecondForms.Event;

    /// <inheritdoc/>
    public async Task<IApiObject> CreateAsync(RequestContext request, string ns, IApiObject obj, CreateOptions options, CancellationToken ct)
    {
        var stored = EventForms.ToCore((NewEvent)obj);
        Refuse(stored, NewEventValidation.Check(stored));
        return Shown(await core.CreateAsync(request, ns, stored, options, ct));
    }

    /// <inheritdoc/>
    public async Task<IApiObject> GetAsync(RequestContext request, string ns, string name, GetOptions options, CancellationToken ct) =>
        Shown(await core.GetAsync(request, ns, name, options, ct));

    /// <inheritdoc/>
    public async Task<ObjectList> ListAsync(RequestContext request, string ns, ListOptions options, CancellationToken ct) =>
        Shown(await core.ListAsync(request, ns, ToCore(options), ct));

    /// <inheritdoc/>
    public async IAsyncEnumerable<IReadOnlyList<WatchChange>> WatchAsync(RequestContext request, string ns, ListOptions options, [EnumeratorCancellation] CancellationToken ct)
    {
        await foreach (var changes in core.WatchAsync(request, ns, ToCore(options), ct))
        {
            yield return [.. changes.Select(change => new WatchChange(change.Type, Shown(change.Object)))];
        }
    }

    /// <inheritdoc/>
    public async Task<UpdateResult> UpdateAsync(
        RequestContext request, string ns, string name, string subresource,
        Func<IApiObject?, IApiObject> transform, UpdateOptions options, CancellationToken ct)
    {
        return Shown(await core.UpdateAsync(request, ns, name, subresource, Transform, options, ct));

        IApiObject Transform(IApiObject? current)
        {
            var stored = EventForms.ToCore((NewEvent)transform(current is null ? null : Shown(current)));
            Refuse(stored, current is CoreEvent old ? NewEventValidation.CheckChange(stored, old) : NewEventValidation.Check(stored));
            return stored;
        }
    }

    /// <inheritdoc/>
    public async Task<UpdateResult> ApplyAsync(RequestContext request, string ns, string name, string subresource, ApplyRequest apply, CancellationToken ct)
    {
        var configuration = apply.Configuration with { Document = EventForms.ToCore(apply.Configuration.Document) };
        return Shown(await core.ApplyAsync(request, ns, name, subresource, apply with { Configuration = configuration }, ct));
    }

    /// <inheritdoc/>
    public async Task<DeleteResult> DeleteAsync(RequestContext request, string ns, string name, DeleteOptions options, CancellationToken ct)
    {
        var result = await core.DeleteAsync(request, ns, name, options, ct);
        return result with { Object = Shown(result.Object) };
    }

    /// <inheritdoc/>
    public async Task<ObjectList> DeleteCollectionAsync(
        RequestContext request, string ns, DeleteOptions options, ListOptions listOptions, CancellationToken ct) =>
        Shown(await core.DeleteCollectionAsync(request, ns, options, ToCore(listOptions), ct));

    private static IApiObject Shown(IApiObject stored) => EventForms.FromCore((CoreEvent)stored);

    private static ObjectList Shown(ObjectList stored) => stored with { Items = [.. stored.Items.Select(Shown)] };

    private static UpdateResult Shown(UpdateResult stored) => stored with { Object = Shown(stored.Object) };

    private static ListOptions ToCore(ListOptions options)
    {
        if (options.FieldSelector.Length == 0) return options;
        var translated = options.Clone();
        translated.FieldSelector = EventForms.FieldSelectorToCore(options.FieldSelector);
        return translated;
    }

    private static void Refuse(CoreEvent stored, FieldErrorList errors)
    {
        if (errors.Any) throw StatusErrors.Invalid(ApiKinds.Of<CoreEvent>(), stored.Metadata?.Name ?? "", errors);
    }
}
