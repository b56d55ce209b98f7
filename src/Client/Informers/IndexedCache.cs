using System.Diagnostics.CodeAnalysis;

using MiniK8s.Protocol;

namespace MiniK8s.Client.Informers;

/// <summary>A read-only view of a kind's objects as last heard of. Thread-safe. Objects are shared: clone before changing one.</summary>
public sealed class IndexedCache<T>
    where T : class, IApiObject
{
    private readonly Lock _lock = new();     // guards the two below; a leaf, nothing is called under it but index functions
    private readonly Dictionary<ObjectKey, T> _objects = [];
    private readonly Dictionary<string, Index> _indexes = [];

    /// <summary>How many objects there are.</summary>
    public int Count
    {
        get { lock (_lock) return _objects.Count; }
    }

    /// <summary>The object with that key, or null.</summary>
    public T? Find(ObjectKey key)
    {
        lock (_lock) return _objects.GetValueOrDefault(key);
    }

    /// <summary>The object with that namespace ("" for kinds without) and name, or null.</summary>
    public T? Find(string ns, string name) => Find(new ObjectKey(ns, name));

    /// <summary>All objects, in no particular order.</summary>
    public IReadOnlyList<T> List()
    {
        lock (_lock) return [.. _objects.Values];
    }

    /// <summary>The objects of one namespace, in no particular order.</summary>
    public IReadOnlyList<T> ListNamespace(string ns)
    {
        lock (_lock) return [.. _objects.Values.Where(obj => obj.Metadata.Namespace == ns)];
    }

    /// <summary>The objects for which the index named so gave that value, in no particular order.</summary>
    public IReadOnlyList<T> ListByIndex(string index, string value)
    {
        lock (_lock) return [.. _indexes[index].Of(value).Select(key => _objects[key])];
    }

    /// <summary>Adds an index: for each object the values under which it is found. Must be pure and is best added before the informer runs.</summary>
    public void AddIndex(string name, Func<T, IEnumerable<string>> values)
    {
        lock (_lock)
        {
            var index = new Index(values);
            foreach (var (key, obj) in _objects) index.Add(key, obj);
            _indexes.Add(name, index);
        }
    }

    internal T? Set(T obj)
    {
        var key = ObjectKey.Of(obj);
        lock (_lock)
        {
            RemoveLocked(key, out var old);
            _objects[key] = obj;
            foreach (var index in _indexes.Values) index.Add(key, obj);
            return old;
        }
    }

    internal T? Remove(ObjectKey key)
    {
        lock (_lock) return RemoveLocked(key, out var old) ? old : null;
    }

    private bool RemoveLocked(ObjectKey key, [NotNullWhen(true)] out T? old)
    {
        if (!_objects.Remove(key, out old)) return false;
        foreach (var index in _indexes.Values) index.Remove(key, old);
        return true;
    }

    private sealed class Index(Func<T, IEnumerable<string>> values)
    {
        private readonly Dictionary<string, HashSet<ObjectKey>> _keys = [];

        public IReadOnlyCollection<ObjectKey> Of(string value) => _keys.TryGetValue(value, out var keys) ? keys : [];

        public void Add(ObjectKey key, T obj)
        {
            foreach (var value in values(obj))
            {
                if (!_keys.TryGetValue(value, out var keys)) _keys.Add(value, keys = []);
                keys.Add(key);
            }
        }

        public void Remove(ObjectKey key, T obj)
        {
            foreach (var value in values(obj))
            {
                if (!_keys.TryGetValue(value, out var keys)) continue;
                keys.Remove(key);
                if (keys.Count == 0) _keys.Remove(value);
            }
        }
    }
}
