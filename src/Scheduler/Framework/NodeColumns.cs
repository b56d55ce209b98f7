namespace MiniK8s.Scheduler.Framework;

/// <summary>
/// Values worked out of each node, such as how many of its pods a selector matches: kept from cycle to cycle, and worked out again only for the
/// nodes that have changed since they were last asked for. So counting over a cluster costs a walk along numbers, not past its pods.
/// </summary>
/// <remarks>The least used are forgotten. One thread, as the snapshot that owns them.</remarks>
internal sealed class NodeColumns(List<NodeInfo> nodes)
{
    private const int MaxColumns = 64;

    private readonly Dictionary<object, Column> _columns = [];
    private readonly List<int> _changed = [];     // places of changed nodes, oldest first
    private long _dropped;     // how many changes came before the first of them
    private long _uses;

    private long Changes => _dropped + _changed.Count;

    /// <summary>The node at that place is another one, or in another state.</summary>
    public void Change(int place)
    {
        // Whoever is so far behind starts anew, which costs no more.
        if (_changed.Count > nodes.Count)
        {
            _dropped += _changed.Count;
            _changed.Clear();
        }
        _changed.Add(place);
    }

    /// <summary>Other nodes, or another order of them.</summary>
    public void Clear()
    {
        _columns.Clear();
        _changed.Clear();
    }

    /// <summary>The value of each node, by place. Not to be changed, and true until the snapshot is refreshed.</summary>
    /// <param name="key">What is worked out: whenever keys are equal, so are the values.</param>
    /// <param name="of">Of the node alone.</param>
    public T[] Of<T>(object key, Func<NodeInfo, T> of)
    {
        if (!_columns.TryGetValue(key, out var known))
        {
            if (_columns.Count == MaxColumns) _columns.Remove(_columns.MinBy(pair => pair.Value.LastUse).Key);
            _columns.Add(key, known = new Column<T>(nodes.Count));
        }
        var column = (Column<T>)known;
        if (column.Seen < _dropped)
        {
            for (var place = 0; place < nodes.Count; place++) column.Values[place] = of(nodes[place]);
        }
        else
        {
            for (var i = (int)(column.Seen - _dropped); i < _changed.Count; i++) column.Values[_changed[i]] = of(nodes[_changed[i]]);
        }
        (column.Seen, column.LastUse) = (Changes, ++_uses);
        return column.Values;
    }

    private abstract class Column
    {
        /// <summary>How many changes it has seen; -1 before it has seen any node.</summary>
        public long Seen { get; set; } = -1;

        public long LastUse { get; set; }
    }

    private sealed class Column<T>(int nodes) : Column
    {
        public T[] Values { get; } = new T[nodes];
    }
}
