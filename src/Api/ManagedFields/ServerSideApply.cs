using System.Text.Json.Nodes;

using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

using MiniK8s.Api.Codecs;
using MiniK8s.Api.Errors;
using MiniK8s.Api.Objects;
using MiniK8s.Api.Patches;
using MiniK8s.Protocol;

namespace MiniK8s.Api.ManagedFields;

/// <summary>Server-side apply: merges what a manager wants into an object, field by field, and keeps who owns what.</summary>
/// <remarks>
/// a field of the object            | applied again, same value | applied, another value         | no longer applied
/// ---------------------------------+---------------------------+--------------------------------+--------------------------------
/// owned by this manager alone      | stays                     | changes                        | is removed
/// owned by others alone            | is owned by all of them   | conflict; by force: taken over | (never applied: stays)
/// owned by this and others         | stays                     | conflict; by force: taken over | stays, with the others
/// owned by nobody                  | is owned                  | changes, is owned              | (never applied: stays)
/// Source: apimachinery util/managedfields of Kubernetes 1.32 and structured-merge-diff v4.
/// </remarks>
public static class ServerSideApply
{
    private const string BeforeFirstApply = "before-first-apply";

    /// <summary>The object as it is to be; equal to the live one, managers included, when nothing changes.</summary>
    /// <param name="live">Only read. For a create: an empty object.</param>
    /// <param name="force">Takes fields that others own.</param>
    /// <param name="now">Whole seconds.</param>
    /// <param name="said">What is remembered as applied, where that is in other words.</param>
    /// <exception cref="ApiException">400 and 500 for a configuration that is none of the kind, 409 for conflicts.</exception>
    public static IApiObject Apply(FieldScope scope, IApiObject live, JsonObject configuration, string manager, bool force, Timestamp now, JsonObject? said = null)
    {
        Check(scope, configuration);
        var managers = ReadManagers(scope, live, now);
        var applier = scope.Applier(manager);
        var previous = managers.Find(applier);
        var wanted = scope.Ownable(ConfigurationFields.Of(configuration, scope.Type));
        managers.Put(new(applier, wanted, previous?.Time, previous?.Fields.Equals(wanted) == true ? previous.Stored : null));

        var document = LiveDocument(live);
        var merged = ConfigurationMerge.Merge(document, configuration, scope.Type)!;
        var result = Decode(scope, configuration, Prune(merged, managers, previous?.Fields ?? FieldSet.Empty, scope.Type));
        var changes = Effective(MessageComparison.Compare(live, result, scope.Ignored), wanted);
        CheckConflicts(scope, live, managers, applier, changes.Set, force);

        managers.Change(entry => entry.Manager.Equals(applier) ? entry : entry.With(entry.Fields.Difference(changes.Set).Difference(changes.Removed)));
        result.Metadata.ManagedFields.Clear();
        if (managers.Find(applier) is { } own && !IsSame(live, result)) managers.Put(own with { Time = now });
        LastApplied.Follow(result, said ?? configuration, manager);
        managers.Write(result.Metadata.ManagedFields);
        return result;
    }

    /// <summary>Refuses what is no configuration of the kind.</summary>
    /// <exception cref="ApiException">400: it says it is of another; 500: it has fields that the kind does not have.</exception>
    public static void Check(FieldScope scope, JsonObject configuration)
    {
        var kind = scope.Kind;
        var said = new TypeMeta(Text(configuration["apiVersion"]), Text(configuration["kind"]));
        if (said != kind.TypeMeta) throw StatusErrors.BadRequest($"invalid object type: {said.Group}/{said.Version}, Kind={said.Kind}");
        if (configuration["metadata"] is JsonObject metadata && metadata["managedFields"] is not null)
            throw StatusErrors.BadRequest("metadata.managedFields must be nil");
        if (ConfigurationFaults.Find(configuration, scope.Type) is { } faults)
            throw StatusErrors.Unclassified($"failed to create typed patch object ({Named(scope, configuration)}): {faults}");
    }

    private static Managers ReadManagers(FieldScope scope, IApiObject live, Timestamp now)
    {
        try
        {
            var managers = Managers.Read(live.Metadata.ManagedFields);
            // What is there already must be somebody's, or the first to apply could take it without asking.
            if (!managers.Any && live.Metadata.Uid.Length > 0)
                managers.Record(scope.Updater(BeforeFirstApply), MessageComparison.Compare(scope.Empty, live, scope.Ignored), now);
            return managers;
        }
        catch (CodecException ex)
        {
            throw StatusErrors.Unclassified($"failed to decode managed fields: {ex.Message}");
        }
    }

    private static JsonNode LiveDocument(IApiObject live)
    {
        var document = JsonTree.Parse(JsonCodec.Encode(live))!;
        (document["metadata"] as JsonObject)?.Remove("managedFields");
        return document;
    }

    // What the manager applied the last time and does not apply now goes, unless somebody else owns it too.
    private static JsonNode Prune(JsonNode merged, Managers managers, FieldSet last, FieldType type)
    {
        if (last.IsEmpty) return merged;
        last = last.WithNamedFields(type);
        var owned = managers.Entries.Aggregate(FieldSet.Empty, (all, entry) => all.Union(entry.Fields)).WithNamedFields(type);
        var all = ConfigurationFields.Of(merged, type).WithNamedFields(type);

        var pruned = FieldRemoval.Remove(merged, last, type);
        pruned = FieldRemoval.Remove(merged, all.Difference(FieldsOf(pruned, type).Union(owned)), type);
        return FieldRemoval.Remove(merged, all.Difference(FieldsOf(pruned, type)).Intersection(last), type) ?? new JsonObject();
    }

    private static FieldSet FieldsOf(JsonNode? document, FieldType type) => ConfigurationFields.Of(document, type).WithNamedFields(type);

    /// <summary>The object a document is, of the scope's kind.</summary>
    /// <param name="configuration">What was applied, and is named where the document is no such object.</param>
    /// <exception cref="ApiException">500: it holds what a field cannot.</exception>
    public static IApiObject Decode(FieldScope scope, JsonObject configuration, JsonNode document)
    {
        try
        {
            return (IApiObject)JsonCodec.Decode(JsonTree.ToBytes(document), scope.Kind.Descriptor).Message;
        }
        catch (CodecException ex)
        {
            throw StatusErrors.Unclassified($"failed to convert new object ({Named(scope, configuration)}) to proper version ({scope.Kind.ApiVersion}): {ex.Message}");
        }
    }

    // An applied zero (hostNetwork: false) looks removed in the message, which has no trace of it; it is set. So does a map that is applied
    // empty and loses its last entry; that is there as before, and only its entries have changed.
    private static FieldChanges Effective(FieldChanges changes, FieldSet wanted) =>
        new(changes.Set.Union(changes.Removed.Leaves().Intersection(wanted)), changes.Removed.Difference(wanted));

    private static void CheckConflicts(FieldScope scope, IApiObject live, Managers managers, FieldManager applier, FieldSet changed, bool force)
    {
        if (force) return;
        var conflicts = ApplyConflicts.Find(managers, applier, changed);
        if (conflicts.Any) conflicts = conflicts.Except(LastApplied.AllowedConflicts(scope, live, applier.Name));
        if (scope.ConflictVersion is { } version) conflicts = conflicts.In(version);
        if (conflicts.Any) throw conflicts.ToError();
    }

    private static bool IsSame(IApiObject live, IApiObject result)
    {
        var copy = ApiKinds.Of(live).Parse(live.ToByteArray());
        copy.Metadata.ManagedFields.Clear();
        return MessageEquality.Same(copy, result);
    }

    private static string Named(FieldScope scope, JsonObject configuration)
    {
        var metadata = configuration["metadata"] as JsonObject;
        var kind = scope.Kind;
        return $"{Text(metadata?["namespace"])}/{Text(metadata?["name"])}; {kind.Group}/{kind.Version}, Kind={kind.Kind}";
    }

    private static string Text(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : "";
}
