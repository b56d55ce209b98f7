namespace MiniK8s.Client.Events;

// A dictionary that forgets what was longest not asked for. Not thread-safe.
internal sealed class LeastRecentlyUsed<TKey, TValue>(int limit)
    where TKey : notnull
{
    private readonly Dictionary<TKey, LinkedListNode<(TKey Key, TValue Value)>> _nodes = [];
    private readonly LinkedList<(TKey Key, TValue Value)> _order = new();     // the latest used first

    public TValue GetOrAdd(TKey key, Func<TValue> make)
    {
        if (_nodes.TryGetValue(key, out var node))
        {
            _order.Remove(node);
        }
        else
        {
            if (_nodes.Count == limit) ForgetOldest();
            node = new LinkedListNode<(TKey, TValue)>((key, make()));
            _nodes.Add(key, node);
        }
        _order.AddFirst(node);
        return node.Value.Value;
    }

    private void ForgetOldest()
    {
        var oldest = _order.Last ?? throw new InvalidOperationException("Nothing to forget.");
        _order.RemoveLast();
        _nodes.Remove(oldest.Value.Key);
    }
}
