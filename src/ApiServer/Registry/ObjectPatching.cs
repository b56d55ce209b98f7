using MiniK8s.Api.Errors;
using MiniK8s.Api.ManagedFields;
using MiniK8s.Api.Patches;
using MiniK8s.ApiServer.Authorization;
using MiniK8s.Protocol;
using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.ApiServer.Registry;

/// <summary>The object a patch is for.</summary>
/// <param name="Subresource">"" for the object itself.</param>
internal sealed record PatchTarget(string Namespace, string Name, string Subresource);

/// <summary>The patch verb, the same for both faces: what it does to the object, and what becomes of fields nobody knows.</summary>
internal sealed class ObjectPatching(IAuthorizer authorizer)
{
    /// <summary>Patches or applies. The registry does it to the newest state, and again when another write came between.</summary>
    /// <param name="options">Checked.</param>
    public async Task<UpdateResult> PatchAsync(
        IResourceRegistry registry, RequestContext request, PatchTarget target, PatchType type, ReadOnlyMemory<byte> patch, PatchOptions options, CancellationToken ct)
    {
        IReadOnlyList<string> objections = [];
        var result = type == PatchType.Apply ? await ApplyAsync() : await registry.UpdateAsync(
            request, target.Namespace, target.Name, target.Subresource, Transform, UpdateOptionsOf(options), ct);
        if (options.FieldValidation != "Ignore") foreach (var objection in objections) request.Warnings.Add(objection);
        return result;

        IApiObject Transform(IApiObject? current)
        {
            if (current is null) throw StatusErrors.NotFound(registry.Kind.GroupResource, target.Name);
            (var patched, objections) = ObjectPatch.Apply(type, patch, current);
            if (objections.Count > 0 && options.FieldValidation == "Strict") throw ObjectPatch.StrictError(type, patch, patched, objections);
            return patched;
        }

        Task<UpdateResult> ApplyAsync()
        {
            var configuration = ApplyConfiguration.Read(patch);
            objections = configuration.StrictErrors;
            if (objections.Count > 0 && options.FieldValidation == "Strict") throw configuration.StrictError();
            var apply = new ApplyRequest(configuration, options, () => authorizer.Authorize(request.User, CreationOf(registry, target)));
            return registry.ApplyAsync(request, target.Namespace, target.Name, target.Subresource, apply, ct);
        }
    }

    private static RequestAttributes CreationOf(IResourceRegistry registry, PatchTarget target) =>
        new("create", registry.Kind.Group, registry.Kind.Plural, target.Subresource, target.Namespace, target.Name);

    private static UpdateOptions UpdateOptionsOf(PatchOptions options) =>
        new() { DryRun = { options.DryRun }, FieldManager = options.FieldManager, FieldValidation = options.FieldValidation };
}
