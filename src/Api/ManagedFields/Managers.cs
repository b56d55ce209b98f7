using Google.Protobuf.Collections;
using Google.Protobuf.WellKnownTypes;

using MiniK8s.Api.Codecs;
using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.Api.ManagedFields;

/// <summary>The managers of one object, as metadata.managedFields keeps them. A manager without fields is none.</summary>
internal sealed class Managers
{
    /// <summary>Updating managers that are kept apart; beyond, the oldest become one.</summary>
    public const int MaxUpdaters = 10;

    private const string Ancient = "ancient-changes";

    private readonly List<ManagedEntry> _entries = [];

    public IReadOnlyList<ManagedEntry> Entries => _entries;

    public bool Any => _entries.Count > 0;

    /// <summary>Reads metadata.managedFields.</summary>
    /// <exception cref="CodecException">An entry cannot be read.</exception>
    public static Managers Read(RepeatedField<ManagedFieldsEntry> stored)
    {
        var managers = new Managers();
        foreach (var entry in stored) managers.Put(ManagedEntry.Read(entry));
        return managers;
    }

    public static bool TryRead(RepeatedField<ManagedFieldsEntry> stored, out Managers managers)
    {
        try
        {
            managers = Read(stored);
            return true;
        }
        catch (CodecException)
        {
            managers = new();
            return false;
        }
    }

    /// <summary>The manager's entry; null when it owns nothing.</summary>
    public ManagedEntry? Find(FieldManager manager) => _entries.Find(entry => entry.Manager.Equals(manager));

    /// <summary>Puts an entry in the place of the manager's former one.</summary>
    public void Put(ManagedEntry entry)
    {
        _entries.RemoveAll(other => other.Manager.Equals(entry.Manager));
        _entries.Add(entry);
    }

    /// <summary>Replaces each entry; entries that are left without fields vanish.</summary>
    public void Change(Func<ManagedEntry, ManagedEntry> change)
    {
        for (var i = 0; i < _entries.Count; i++) _entries[i] = change(_entries[i]);
        _entries.RemoveAll(entry => entry.Fields.IsEmpty);
    }

    /// <summary>Records that an updating manager made these changes.</summary>
    public void Record(FieldManager manager, FieldChanges changes, Timestamp now)
    {
        Change(entry => entry.With(entry.Manager.Equals(manager)
            ? Without(entry.Fields, changes.Removed)
            : Without(Without(entry.Fields, changes.Set), changes.Removed)));
        if (changes.Set.IsEmpty) return;

        var own = Find(manager);
        Put(own is null ? new(manager, changes.Set, now, null) : own.With(own.Fields.Union(changes.Set)) with { Time = now });
        MergeAncient();
    }

    /// <summary>Writes metadata.managedFields: by operation, time, name, version and subresource.</summary>
    public void Write(RepeatedField<ManagedFieldsEntry> target)
    {
        _entries.Sort(Compare);
        target.Clear();
        target.Add(_entries.Select(entry => entry.Write()));
    }

    private static FieldSet Without(FieldSet fields, FieldSet gone) => gone.IsEmpty ? fields : fields.Difference(gone);

    // A version's oldest two become its bucket, then the next oldest joins it, until there are few enough.
    private void MergeAncient()
    {
        var updaters = _entries.Where(entry => !entry.Manager.IsApplier).OrderBy(entry => entry.Time?.Seconds ?? 0)
            .ThenBy(entry => entry.Manager, Comparer<FieldManager>.Create(FieldManager.Compare)).ToList();
        var count = updaters.Count;
        if (count <= MaxUpdaters) return;

        var firsts = new Dictionary<string, ManagedEntry>(StringComparer.Ordinal);
        foreach (var entry in updaters)
        {
            if (count <= MaxUpdaters) break;
            if (firsts.TryAdd(entry.Manager.ApiVersion, entry)) continue;
            var bucket = new FieldManager(Ancient, IsApplier: false, entry.Manager.ApiVersion, "");
            if (Find(bucket) is not { } merged)
            {
                merged = firsts[entry.Manager.ApiVersion];
                _entries.Remove(merged);
            }
            _entries.RemoveAll(other => other.Manager.Equals(entry.Manager));
            Put(new(bucket, merged.Fields.Union(entry.Fields), entry.Time, null));
            count--;
        }
    }

    private static int Compare(ManagedEntry left, ManagedEntry right)
    {
        var (a, b) = (left.Manager, right.Manager);
        var order = b.IsApplier.CompareTo(a.IsApplier);
        if (order == 0) order = (left.Time?.Seconds ?? 0).CompareTo(right.Time?.Seconds ?? 0);
        if (order == 0) order = string.CompareOrdinal(a.Name, b.Name);
        if (order == 0) order = string.CompareOrdinal(a.ApiVersion, b.ApiVersion);
        return order == 0 ? string.CompareOrdinal(a.Subresource, b.Subresource) : order;
    }
}
