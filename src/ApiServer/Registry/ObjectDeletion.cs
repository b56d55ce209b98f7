using Google.Protobuf.WellKnownTypes;

using MiniK8s.Api.Errors;
using MiniK8s.ApiServer.Admission;
using MiniK8s.ApiServer.WatchCache;
using MiniK8s.Protocol;
using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.ApiServer.Registry;

/// <summary>The delete verb.</summary>
internal sealed class ObjectDeletion(RegistryParts parts)
{
    /// <summary>Deletes, or begins to.</summary>
    public async Task<DeleteResult> DeleteAsync(RequestContext request, string ns, string name, DeleteOptions options, CancellationToken ct)
    {
        var isDryRun = DryRun.Of(options.DryRun, "DeleteOptions");
        PropagationPolicy.Check(options);
        var key = parts.KeyOf(ns, name);
        var pass = new Pass(request, ns, name, options, isDryRun);
        var last = await parts.Storage.ModifyAsync(key, current => DecideAsync(pass, current, ct), ct);
        if (!isDryRun) request.Trace.Left(last.Metadata);
        if (pass.Outcome != DeletionAction.MarkThenRemove || isDryRun) return new DeleteResult(last, pass.Outcome >= DeletionAction.MarkThenRemove);

        // The mark is written; what is removed now is the same object (by uid) in whatever state it is.
        var sameObject = new DeleteOptions { Preconditions = new() { Uid = last.Metadata.Uid }, GracePeriodSeconds = 0 };
        var second = new Pass(request, ns, name, sameObject, isDryRun) { IsSecond = true };
        try
        {
            last = await parts.Storage.ModifyAsync(key, current => DecideAsync(second, current, ct), ct);
        }
        catch (ApiException ex) when (ex.Reason == StatusReasons.NotFound)
        {
            return new DeleteResult(last, Removed: true);     // somebody else was faster with the same end
        }
        request.Trace.Left(last.Metadata);
        return new DeleteResult(last, second.Outcome == DeletionAction.Remove);
    }

    private async ValueTask<Modification> DecideAsync(Pass pass, CachedObject? current, CancellationToken ct)
    {
        var (kind, options) = (parts.Kind, pass.Options);
        if (current is null) throw StatusErrors.NotFound(kind.GroupResource, pass.Name);
        var existing = current.Object;
        if (!pass.IsSecond) pass.Request.Trace.Found(existing.Metadata);
        CheckPreconditions(existing.Metadata, options.Preconditions);
        await parts.Admission.ValidateAsync(
            new AdmissionRequest(pass.Request, AdmissionOperation.Delete, kind, "", pass.Namespace, pass.Name, null, existing), ct);

        var obj = existing.Copy();
        if (existing.Metadata.DeletionTimestamp is null) PropagationPolicy.Apply(options, obj.Metadata.Finalizers);
        var decision = DeletionDecision.Decide(Input(obj, options));
        pass.Outcome = decision.Action;
        if (decision.Action == DeletionAction.Keep) return new Modification.Keep(existing);
        if (decision.Action == DeletionAction.Remove) return pass.IsDryRun ? new Modification.Keep(obj) : new Modification.Remove(obj);
        Mark(obj, decision);
        return pass.IsDryRun ? new Modification.Keep(obj) : new Modification.Write(obj);
    }

    private DeletionInput Input(IApiObject obj, DeleteOptions options)
    {
        var grace = parts.Strategy.GraceOf(obj);
        var metadata = obj.Metadata;
        return new DeletionInput(
            MetadataTimes.Now(parts.Time), metadata.DeletionTimestamp?.ToDateTimeOffset(),
            metadata.HasDeletionGracePeriodSeconds ? metadata.DeletionGracePeriodSeconds : null,
            metadata.Finalizers.Count > 0 || parts.Strategy.HasOwnFinalizers(obj), grace is not null,
            options.HasGracePeriodSeconds ? options.GracePeriodSeconds : null, grace?.DefaultGrace, grace?.NothingRuns ?? false);
    }

    private void Mark(IApiObject obj, DeletionDecision decision)
    {
        var metadata = obj.Metadata;
        metadata.DeletionTimestamp = Timestamp.FromDateTimeOffset(decision.DeletionTimestamp!.Value);
        metadata.DeletionGracePeriodSeconds = decision.Grace!.Value;
        if (!decision.IsFirst) return;
        if (metadata.Generation > 0) metadata.Generation++;
        parts.Strategy.PrepareForDelete(obj);
    }

    private void CheckPreconditions(ObjectMeta record, Preconditions? preconditions)
    {
        if (preconditions is null) return;
        if (preconditions.HasUid && preconditions.Uid != record.Uid)
        {
            throw Conflict(record.Name, $"the UID in the precondition ({preconditions.Uid}) does not match the UID in record ({record.Uid}). "
                + "The object might have been deleted and then recreated");
        }
        if (preconditions.HasResourceVersion && preconditions.ResourceVersion != record.ResourceVersion)
        {
            throw Conflict(record.Name, $"the ResourceVersion in the precondition ({preconditions.ResourceVersion}) does not match the "
                + $"ResourceVersion in record ({record.ResourceVersion}). The object might have been modified");
        }
    }

    // Kubernetes names the Kind here, not the resource.
    private ApiException Conflict(string name, string why) => StatusErrors.Conflict(new(parts.Kind.Group, parts.Kind.Kind), name, why);

    private sealed record Pass(RequestContext Request, string Namespace, string Name, DeleteOptions Options, bool IsDryRun)
    {
        public DeletionAction Outcome { get; set; }

        public bool IsSecond { get; init; }
    }
}
