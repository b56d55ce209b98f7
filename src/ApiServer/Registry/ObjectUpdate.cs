using MiniK8s.Api.Defaults;
using MiniK8s.Api.Errors;
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
    public async Task<UpdateResult> UpdateAsync(
        RequestContext request, string ns, string name, string subresource,
        Func<IApiObject?, IApiObject> transform, UpdateOptions options, CancellationToken ct)
    {
        var isDryRun = DryRun.Of(options.DryRun, "UpdateOptions");
        var isCreated = false;
        var key = parts.KeyOf(ns, name);
        var result = await parts.Storage.ModifyAsync(key, async current =>
        {
            isCreated = current is null;
            var next = current is null
                ? await CreateInsteadAsync(request, ns, name, subresource, transform, ct)
                : await ChangeAsync(request, key, current, subresource, transform, ct);
            // A dry run ends where the write would be: what would be stored is handed back as if it were there already.
            return isDryRun ? new Modification.Keep(next.Object) : next;
        }, ct);
        return new UpdateResult(result, isCreated);
    }

    private async Task<Modification> CreateInsteadAsync(
        RequestContext request, string ns, string name, string subresource, Func<IApiObject?, IApiObject> transform, CancellationToken ct)
    {
        if (!parts.Strategy.AllowsCreateOnUpdate || subresource.Length > 0) throw StatusErrors.NotFound(Kind.GroupResource, name);
        var obj = transform(null).Copy();
        if (obj.Metadata.Name.Length == 0) obj.Metadata.Name = name;
        CheckName(obj.Metadata, name);
        ObjectNamespaces.Settle(Kind, obj.Metadata, ns);
        if (obj.Metadata.ResourceVersion.Length > 0) throw StatusErrors.NotFound(Kind.GroupResource, name);
        await creation.PrepareAsync(request, obj, ct);
        return new Modification.Write(obj);
    }

    private async Task<Modification> ChangeAsync(
        RequestContext request, string key, CachedObject current, string subresource, Func<IApiObject?, IApiObject> transform, CancellationToken ct)
    {
        var (existing, strategy) = (current.Object, parts.Strategy);
        var obj = transform(existing.Copy()).Copy();
        CheckName(obj.Metadata, existing.Metadata.Name);
        ObjectNamespaces.Settle(Kind, obj.Metadata, existing.Metadata.Namespace);
        CheckPreconditions(key, obj.Metadata, existing.Metadata);
        ObjectDefaults.Apply(obj);
        KeepServerFields(obj.Metadata, existing.Metadata);
        var admission = new AdmissionRequest(
            request, AdmissionOperation.Update, Kind, subresource, existing.Metadata.Namespace, existing.Metadata.Name, obj, existing);
        await parts.Admission.MutateAsync(admission, ct);
        strategy.PrepareForUpdate(obj, existing, subresource);
        var errors = subresource == "status" ? ObjectValidation.ValidateStatusUpdate(obj, existing) : ObjectValidation.ValidateUpdate(obj, existing);
        if (errors.Any) throw StatusErrors.Invalid(Kind, existing.Metadata.Name, errors);
        await parts.Admission.ValidateAsync(admission, ct);

        if (IsLastFinalizerGone(obj, existing)) return new Modification.Remove(obj);
        return obj.Equals(existing) ? new Modification.Keep(existing) : new Modification.Write(obj);
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

    // Go prints the number in hexadecimal here.
    private sealed class UnsetVersion
    {
        public static readonly UnsetVersion Instance = new();

        public override string ToString() => "0x0";
    }
}
