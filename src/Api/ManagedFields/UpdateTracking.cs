using Google.Protobuf.Collections;
using Google.Protobuf.WellKnownTypes;

using MiniK8s.Api.Objects;
using MiniK8s.Protocol;
using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.Api.ManagedFields;

/// <summary>Keeps metadata.managedFields on creates, updates and patches: whoever sets a field to another value owns it alone.</summary>
/// <remarks>
/// metadata.managedFields of the request | of the stored object | afterwards
/// --------------------------------------+----------------------+----------------------------------------------------------
/// one empty entry, <c>[{}]</c>          | any                  | none, and none until somebody applies
/// readable, through the object itself   | any                  | the request's, with the changes recorded
/// absent, unreadable, or a subresource  | some                 | the stored ones, with the changes recorded
/// the same                              | none                 | none: such an object is tracked from the first apply on
/// Source: apimachinery util/managedfields of Kubernetes 1.32.
/// </remarks>
public static class UpdateTracking
{
    /// <summary>Makes the creator the owner of all that the new object holds.</summary>
    /// <param name="manager">The creator's name.</param>
    /// <param name="now">Whole seconds.</param>
    public static void Created(FieldScope scope, IApiObject obj, string manager, Timestamp now)
    {
        var managers = new Managers();
        managers.Record(scope.Updater(manager), MessageComparison.Compare(scope.Empty, obj, scope.Ignored), now);
        managers.Write(obj.Metadata.ManagedFields);
    }

    /// <summary>Records what the new state changes; <paramref name="existing"/> is only read.</summary>
    /// <param name="manager">The writer's name.</param>
    /// <param name="now">Whole seconds.</param>
    public static void Updated(FieldScope scope, IApiObject existing, IApiObject obj, string manager, Timestamp now)
    {
        var (sent, stored) = (obj.Metadata.ManagedFields, existing.Metadata.ManagedFields);
        if (scope.Subresource.Length == 0 && IsReset(sent))
        {
            sent.Clear();
            return;
        }
        var changes = MessageComparison.Compare(existing, obj, scope.Ignored);
        if (ReadSent(scope, sent, stored) is { } managers) managers.Change(entry => entry with { Stored = null });
        else if (changes.Any && Managers.TryRead(stored, out managers)) { }
        else
        {
            Replace(sent, stored);
            return;
        }
        if (managers.Any) managers.Record(scope.Updater(manager), changes, now);
        managers.Write(sent);
    }

    /// <summary>
    /// Where nothing but times of managers is another, puts the stored times back and says true: such a change is none, and is not written.
    /// </summary>
    public static bool TryKeepTimes(IApiObject existing, IApiObject obj)
    {
        var (made, stored) = (obj.Metadata.ManagedFields, existing.Metadata.ManagedFields);
        if (made.Count != stored.Count) return false;
        ManagedFieldsEntry[] kept = [.. made];
        for (var i = 0; i < kept.Length; i++)
        {
            if (!IsSameButTime(kept[i], stored)) return false;
        }
        Replace(made, stored);
        if (MessageEquality.Same(obj, existing)) return true;
        Replace(made, kept);
        return false;
    }

    // The order may have changed with the times.
    private static bool IsSameButTime(ManagedFieldsEntry entry, RepeatedField<ManagedFieldsEntry> among) => among.Any(other =>
        entry.Manager == other.Manager && entry.Operation == other.Operation && entry.Subresource == other.Subresource
        && entry.ApiVersion == other.ApiVersion && Equals(entry.FieldsV1, other.FieldsV1));

    private static bool IsReset(RepeatedField<ManagedFieldsEntry> sent) => sent is [{ } only] && only.CalculateSize() == 0;

    // A client that knows managedFields may rewrite them; one that sends back what it has read says nothing.
    private static Managers? ReadSent(FieldScope scope, RepeatedField<ManagedFieldsEntry> sent, RepeatedField<ManagedFieldsEntry> stored) =>
        scope.Subresource.Length == 0 && sent.Count > 0 && !sent.Equals(stored) && Managers.TryRead(sent, out var managers) && managers.Any
            ? managers
            : null;

    private static void Replace(RepeatedField<ManagedFieldsEntry> target, IReadOnlyCollection<ManagedFieldsEntry> source)
    {
        if (target.Equals(source)) return;
        target.Clear();
        target.Add(source);
    }
}
