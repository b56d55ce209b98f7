namespace MiniK8s.Scheduler.Framework;

/// <summary>The domains of a snapshot by one node label: the nodes with one value of it are one domain. Domains are numbered from 0.</summary>
internal sealed class Topology(HashedText key)
{
    /// <summary>Of nodes without the label.</summary>
    public const int None = -1;

    private readonly Dictionary<HashedText, int> _numbers = [];

    public HashedText Key { get; } = key;

    /// <summary>How many numbers there are; some may have no node any more.</summary>
    public int Count => _numbers.Count;

    /// <summary>The node's domain, or <see cref="None"/>, also for a value that no node of the snapshot has.</summary>
    public int Find(LabelSet node) => node.TryFind(Key, out var value) && _numbers.TryGetValue(value, out var number) ? number : None;

    /// <summary>The same for a node of the snapshot, whose value gets a number if it is new.</summary>
    internal int Number(LabelSet node)
    {
        if (!node.TryFind(Key, out var value)) return None;
        if (!_numbers.TryGetValue(value, out var number)) _numbers.Add(value, number = _numbers.Count);
        return number;
    }
}
