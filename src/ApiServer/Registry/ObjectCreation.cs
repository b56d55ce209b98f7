using MiniK8s.Api.Defaults;
using MiniK8s.Api.Errors;
using MiniK8s.Api.Validation;
using MiniK8s.ApiServer.Admission;
using MiniK8s.Protocol;
using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.ApiServer.Registry;

/// <summary>The create verb: namespace, name, defaults, mutating admission, server-owned fields, validation, validating admission, store.</summary>
internal sealed class ObjectCreation(RegistryParts parts)
{
    /// <summary>Stores a new object.</summary>
    public async Task<IApiObject> CreateAsync(RequestContext request, string ns, IApiObject obj, CreateOptions options, CancellationToken ct)
    {
        var isDryRun = DryRun.Of(options.DryRun, "CreateOptions");
        var manager = FieldOwnership.ManagerOf(request, options.FieldManager);
        for (var attempt = 1; ; attempt++)
        {
            var candidate = obj.Copy();
            var isGenerated = ChooseName(candidate);
            try
            {
                return await TryCreateAsync(request, ns, candidate, manager, isDryRun, ct);
            }
            catch (ApiException ex) when (isGenerated && ex.Reason == StatusReasons.AlreadyExists)
            {
                if (attempt == NameGenerator.MaxAttempts) throw StatusErrors.GenerateNameConflict(parts.Kind.GroupResource, candidate.Metadata.Name);
            }
        }
    }

    /// <summary>Makes an object, whose name and namespace are settled, fit to be stored: all of a create but the write.</summary>
    /// <param name="manager">Whom its fields belong to; null where that is settled already.</param>
    public async Task PrepareAsync(RequestContext request, IApiObject obj, string? manager, CancellationToken ct)
    {
        var (kind, strategy, metadata) = (parts.Kind, parts.Strategy, obj.Metadata);
        if (metadata.ResourceVersion.Length > 0) throw StatusErrors.Unclassified("resourceVersion should not be set on objects to be created");
        ObjectDefaults.Apply(obj);
        var admission = new AdmissionRequest(request, AdmissionOperation.Create, kind, "", metadata.Namespace, metadata.Name, obj, null);
        FillServerFields(metadata);
        OwnerReferenceDuplicates.Remove(metadata, request);
        // What admission adds is nobody's.
        if (manager is not null) parts.Ownership.Created(obj, manager);
        await parts.Admission.MutateAsync(admission, ct);
        strategy.PrepareForCreate(obj);
        var errors = ObjectValidation.Validate(obj);
        if (errors.Any) throw StatusErrors.Invalid(kind, metadata.Name, errors);
        await parts.Admission.ValidateAsync(admission, ct);
    }

    private async Task<IApiObject> TryCreateAsync(
        RequestContext request, string ns, IApiObject obj, string manager, bool isDryRun, CancellationToken ct)
    {
        ObjectNamespaces.Settle(parts.Kind, obj.Metadata, ns);
        await PrepareAsync(request, obj, manager, ct);
        var key = parts.KeyOf(obj.Metadata.Namespace, obj.Metadata.Name);
        if (isDryRun)
        {
            await parts.Storage.EnsureAbsentAsync(key, obj.Metadata.Name, ct);
            return obj;
        }
        var stored = await parts.Storage.CreateAsync(key, obj, ct);
        request.Trace.Left(stored.Metadata);
        return stored;
    }

    private bool ChooseName(IApiObject obj)
    {
        var metadata = obj.Metadata;
        if (metadata.Name.Length > 0 || metadata.GenerateName.Length == 0) return false;
        metadata.Name = NameGenerator.Draw(metadata.GenerateName, parts.Identity);
        return true;
    }

    private void FillServerFields(ObjectMeta metadata)
    {
        metadata.Uid = parts.Identity.NextUid();
        metadata.CreationTimestamp = MetadataTimes.NowStamp(parts.Time);
        metadata.DeletionTimestamp = null;
        metadata.ClearDeletionGracePeriodSeconds();
        metadata.SelfLink = "";
        metadata.Generation = 0;
    }
}
