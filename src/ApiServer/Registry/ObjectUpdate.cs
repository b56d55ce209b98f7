using MiniK8s.Api.Defaults;
using MiniK8s.Api.Errors;
using MiniK8s.Api.ManagedFields;
using MiniK8s.Api.Objects;
using MiniK8s.Api.Validation;
using MiniK8s.ApiServer.Admission;
using MiniK8s.ApiServer.WatchCache;
using MiniK8s.Protocol;
using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.ApiServer.Registry;

/// <summary>The update and patch verbs, and the status and finalize subresources.</summary>
internal sealed class ObjectUpdate(RegistryParts parts, ObjectCreation creation)
{
    private ApiKind Kind => parts.Kind;

    /// <summary>Changes an object, or creates it where the kind allows that.</summary>
    public Task<UpdateResult> UpdateAsync(
        RequestContext request, string ns, string name, string subresource,
        Func<IApiObject?, IApiObject> transform, UpdateOptions options, CancellationToken ct)
    {
        var mayCreate = parts.Strategy.AllowsCreateOnUpdate && subresource.Length == 0;
        var manager = FieldOwnership.ManagerOf(request, options.FieldManager);
        return ChangeAsync(
            new(request, ns, name, subresource, DryRun.Of(options.DryRun, "UpdateOptions"), mayCreate, existing => transform(existing).Copy(), manager), ct);
    }

    /// <summary>Applies a configuration to an object, or creates it.</summary>
    public Task<UpdateResult> ApplyAsync(
        RequestContext request, string ns, string name, string subresource, ApplyRequest apply, CancellationToken ct)
    {
        return ChangeAsync(
            new(request, ns, name, subresource, DryRun.Of(apply.Options.DryRun, "PatchOptions"), subresource.Length == 0, Apply, Manager: null), ct);

        IApiObject Apply(IApiObject? existing)
        {
            if (existing is null) apply.MayCreate();
            var obj = parts.Ownership.Apply(existing, subresource, apply);
            if (existing is not null || obj.Metadata.Uid.Length == 0) return obj;
            throw StatusErrors.Conflict(Kind.GroupResource, name,
                $"uid mismatch: the provided object specified uid {obj.Metadata.Uid}, and no existing object was found");
        }
    }

    private async Task<UpdateResult> ChangeAsync(Change change, CancellationToken ct)
    {
        var isCreated = false;
        var key = parts.KeyOf(change.Namespace, change.Name);
        var result = await parts.Storage.ModifyAsync(key, async current =>
        {
            isCreated = current is null;
            var next = current is null ? await CreateInsteadAsync(change, ct) : await ChangeAsync(change, key, current, ct);
            // A dry run ends where the write would be: what would be stored is handed back as if it were there already.
            return change.IsDryRun ? new Modification.Keep(next.Object) : next;
        }, ct);
        if (!change.IsDryRun) change.Request.Trace.Left(result.Metadata);
        return new UpdateResult(result, isCreated);
    }

    private async Task<Modification> CreateInsteadAsync(Change change, CancellationToken ct)
    {
        if (!change.MayCreate) throw StatusErrors.NotFound(Kind.GroupResource, change.Name);
        var obj = change.Transform(null);
        if (obj.Metadata.Name.Length == 0) obj.Metadata.Name = change.Name;
        CheckName(obj.Metadata, change.Name);
        ObjectNamespaces.Settle(Kind, obj.Metadata, change.Namespace);
        if (obj.Metadata.ResourceVersion.Length > 0) throw StatusErrors.NotFound(Kind.GroupResource, change.Name);
        await creation.PrepareAsync(change.Request, obj, change.Manager, ct);
        return new Modification.Write(obj);
    }

    private async Task<Modification> ChangeAsync(Change change, string key, CachedObject current, CancellationToken ct)
    {
        var (existing, strategy, subresource) = (current.Object, parts.Strategy, change.Subresource);
        change.Request.Trace.Found(existing.Metadata);
        var obj = change.Transform(existing.Copy());
        CheckName(obj.Metadata, existing.Metadata.Name);
        ObjectNamespaces.Settle(Kind, obj.Metadata, existing.Metadata.Namespace);
        CheckPreconditions(key, obj.Metadata, existing.Metadata);
        ObjectDefaults.Apply(obj);
        KeepServerFields(obj.Metadata, existing.Metadata);
        OwnerReferenceDuplicates.Remove(obj.Metadata, change.Request);
        // What admission and the strategy change is nobody's.
        if (change.Manager is not null) parts.Ownership.Updated(existing, obj, subresource, change.Manager);
        var admission = new AdmissionRequest(
            change.Request, AdmissionOperation.Update, Kind, subresource, existing.Metadata.Namespace, existing.Metadata.Name, obj, existing);
        await parts.Admission.MutateAsync(admission, ct);
        strategy.PrepareForUpdate(obj, existing, subresource);
        var errors = ObjectValidation.ValidateUpdate(obj, existing, subresource);
        if (errors.Any) throw StatusErrors.Invalid(Kind, existing.Metadata.Name, errors);
        await parts.Admission.ValidateAsync(admission, ct);

        if (IsLastFinalizerGone(obj, existing)) return new Modification.Remove(obj);
        return MessageEquality.Same(obj, existing) || UpdateTracking.TryKeepTimes(existing, obj) ? new Modification.Keep(existing) : new Modification.Write(obj);
    }

    private static void CheckName(ObjectMeta metadata, string name)
    {
        if (metadata.Name == name) return;
        throw StatusErrors.BadRequest(
            $"the name of the object ({metadata.Name}) does not match the name on the URL ({name})");
    }

    private void CheckPreconditions(string key, ObjectMeta wanted, ObjectMeta stored)
    {
        if (wanted.Uid.Length > 0 && wanted.Uid != stored.Uid)
        {
            throw StatusErrors.Conflict(Kind.GroupResource, stored.Name,
                $"StorageError: invalid object, Code: 4, Key: {key}, ResourceVersion: 0, AdditionalErrorMsg: "
                + $"Precondition failed: UID in precondition: {wanted.Uid}, UID in object meta: {stored.Uid}");
        }
        var isUnset = ResourceVersions.Parse(wanted.ResourceVersion) == 0;
        if (isUnset && !parts.Strategy.AllowsUnconditionalUpdate)
        {
            var field = FieldError.Invalid(FieldPath.Of("metadata", "resourceVersion"), UnsetVersion.Instance, "must be specified for an update");
            throw StatusErrors.Invalid(Kind, stored.Name, field);
        }
        if (!isUnset && wanted.ResourceVersion != stored.ResourceVersion) throw StatusErrors.Conflict(Kind.GroupResource, stored.Name);
    }

    private static void KeepServerFields(ObjectMeta obj, ObjectMeta existing)
    {
        obj.ResourceVersion = existing.ResourceVersion;
        obj.Uid = existing.Uid;
        obj.Generation = existing.Generation;
        obj.CreationTimestamp = existing.CreationTimestamp;
        obj.SelfLink = "";
        obj.DeletionTimestamp = existing.DeletionTimestamp;
        if (existing.HasDeletionGracePeriodSeconds) obj.DeletionGracePeriodSeconds = existing.DeletionGracePeriodSeconds;
        else obj.ClearDeletionGracePeriodSeconds();
    }

    // An object that only its finalizers kept goes with the update that takes the last one.
    private bool IsLastFinalizerGone(IApiObject obj, IApiObject existing) =>
        existing.Metadata is { DeletionTimestamp: not null, DeletionGracePeriodSeconds: 0 }
        && obj.Metadata.Finalizers.Count == 0 && !parts.Strategy.HasOwnFinalizers(obj);

    /// <summary>One request to change an object.</summary>
    /// <param name="MayCreate">An absent object is created.</param>
    /// <param name="Transform">The new object out of a copy of the existing one, which is null for a create.</param>
    /// <param name="Manager">Whom the changes belong to; null where <paramref name="Transform"/> settles that.</param>
    private sealed record Change(
        RequestContext Request, string Namespace, string Name, string Subresource, bool IsDryRun, bool MayCreate,
        Func<IApiObject?, IApiObject> Transform, string? Manager);

    // Go prints the number in hexadecimal here.
    private sealed class UnsetVersion
    {
        public static readonly UnsetVersion Instance = new();

        public override string ToString() => "0x0";
    }
}
