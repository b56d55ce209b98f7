namespace MiniK8s.Store.Mvcc;

/// <summary>Which keys a run of revisions changed: two bytes for a revision, and eight for each key among them.</summary>
/// <remarks>
/// <code>
/// revision   7  8  9  10  11          entries   0: history of "a"   1: history of "b"   2: the changes of revision 10, which changed several keys
/// slot       0  1  0  2   1
/// </code>
/// One writer. Readers hold revisions that are published: their slots and entries stay, whatever is written past them, or taken back.
/// </remarks>
internal sealed class RevisionWindow(long first)
{
    /// <summary>How many revisions one holds at most: as many entries as two bytes can name.</summary>
    public const int Size = 1 << 16;

    private const int LeastRoom = 64;
    private ushort[] _slots = new ushort[LeastRoom];
    private object[] _entries = new object[LeastRoom];      // of KeyHistory or Change[]
    private int _count;                                     // of entries; more than there are revisions where some were taken back
    private Dictionary<KeyHistory, ushort>? _places;        // the writer's; null while nothing is written

    /// <summary>The revision of the first slot.</summary>
    public long First { get; } = first;

    /// <summary>A key's history when the revision changed only that key, else a Change[].</summary>
    public object this[long revision] => Volatile.Read(ref _entries)[Volatile.Read(ref _slots)[revision - First]];

    /// <summary>Whether the revision can be written here. The writer only.</summary>
    public bool HasRoomFor(long revision) => revision - First < Size && _count < Size;

    /// <summary>Writes what a revision changed, over what was taken back there. The writer only; there must be room.</summary>
    public void Set(long revision, object changes)
    {
        var (slot, place) = ((int)(revision - First), Place(changes));
        Reserve(ref _slots, slot + 1);
        _slots[slot] = place;
    }

    /// <summary>Gives up the room for more, for as long as nothing is written. The writer only.</summary>
    public void Close(long last)
    {
        _places = null;
        Volatile.Write(ref _slots, _slots[..(int)(last - First + 1)]);
        Volatile.Write(ref _entries, _entries[.._count]);
    }

    /// <summary>Another one that begins at the revision, without the keys that only earlier ones changed.</summary>
    public RevisionWindow From(long revision, long last)
    {
        var rest = new RevisionWindow(revision);
        for (; revision <= last; revision++) rest.Set(revision, this[revision]);
        return rest;
    }

    private ushort Place(object changes)
    {
        if (changes is not KeyHistory history) return Add(changes);
        _places ??= Places();
        if (_places.TryGetValue(history, out var place)) return place;
        return _places[history] = Add(history);
    }

    private ushort Add(object entry)
    {
        Reserve(ref _entries, _count + 1);
        _entries[_count] = entry;
        return (ushort)_count++;
    }

    private Dictionary<KeyHistory, ushort> Places()
    {
        var places = new Dictionary<KeyHistory, ushort>();
        for (var place = 0; place < _count; place++)
        {
            if (_entries[place] is KeyHistory history) places[history] = (ushort)place;
        }
        return places;
    }

    private static void Reserve<T>(ref T[] items, int room)
    {
        if (room <= items.Length) return;
        var larger = new T[int.Min(Size, 2 * int.Max(room, items.Length))];
        Array.Copy(items, larger, items.Length);
        Volatile.Write(ref items, larger);
    }
}
