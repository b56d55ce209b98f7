using Google.Protobuf;

namespace MiniK8s.Store.Mvcc;

/// <summary>The keys in order: a B+ tree of <see cref="KeyHistory"/> objects that one writer extends while any number of readers use it.</summary>
/// <remarks>
/// A reader reads at a revision, and a history without a version at or before it does not exist for it. So a tree may gain
/// histories behind a reader's back as long as their versions bear revisions that no published snapshot has; it never loses one.
/// <code>
/// change             | what is written in place                        | what the trees from before see
/// -------------------+-------------------------------------------------+---------------------------------
/// key added          | its new leaf, into the slot of the leaf before  | the key; no version they can read
/// ... a node splits  | the new parent, into the slot of the one before | the same, or the node before it
/// ... the root does  | nothing                                         | the root before it
/// compaction         | nothing they reach                              | what they saw
/// </code>
/// Leaves never change. A branch changes only in a slot, one reference at a time, after what it refers to is complete; a slot keeps its
/// bounds for good, so a key has one place in every tree that shares the branch. Compaction moves bounds and takes histories away, so it
/// begins a new generation: a branch is written in place only by trees of the generation that made it, and copied by later ones.
/// A batch that is taken back leaves histories without versions behind. They are not counted, nobody can read them, and the key's next
/// put takes them up. Leaves that empty out are dropped; half-empty ones are not merged, since keys of a cluster come back under
/// the same prefixes.
/// </remarks>
internal sealed partial class KeyTree
{
    private readonly Node _root;
    private readonly object _generation;

    private KeyTree(Node root, int count, object generation) => (_root, Count, _generation) = (root, count, generation);

    /// <summary>A tree without keys.</summary>
    public static KeyTree Empty { get; } = new(Leaf.Empty, 0, new object());

    /// <summary>Keys in the tree, deleted ones with history included.</summary>
    public int Count { get; }

    /// <summary>The history of the key, which may have no version yet, or none any more; null when the tree has none.</summary>
    public KeyHistory? Find(ByteString key)
    {
        var node = _root;
        var bytes = key.Span;
        while (node is Branch branch) node = branch[branch.IndexFor(bytes)];
        var leaf = (Leaf)node;
        var index = leaf.Search(bytes);
        return index >= 0 ? leaf.Items[index] : null;
    }

    /// <summary>Calls <paramref name="visit"/> for every history in the range, in key order, until it answers false.</summary>
    public void Visit(KeyRange range, Func<KeyHistory, bool> visit)
    {
        if (range.Kind != KeyRangeKind.Single) Visit(_root, range, visit);
        else if (Find(range.Start) is { } only) visit(only);
    }

    /// <summary>The tree with the key. The writer only, and always on its newest tree.</summary>
    /// <param name="key">The key.</param>
    /// <param name="history">Its history. One without versions counts from now on: the caller appends to it before anything else happens.</param>
    public KeyTree With(ByteString key, out KeyHistory history)
    {
        var (left, separator, right) = Add(_root, key, out history);
        if (!history.IsEmpty) return this;
        return new KeyTree(right is null ? left : Branch.Of(left, separator!, right, _generation), Count + 1, _generation);
    }

    /// <summary>The tree as a compaction at the revision leaves it; this tree when nothing goes. Trees from before stay as they are. The writer only.</summary>
    /// <param name="revision">The compact revision.</param>
    /// <param name="keys">The keys that may have something to lose.</param>
    public KeyTree CompactedAt(long revision, IEnumerable<ByteString> keys)
    {
        var (root, count, generation) = (_root, Count, new object());
        foreach (var key in keys) root = Compact(root, key, revision, generation, ref count) ?? Leaf.Empty;
        if (ReferenceEquals(root, _root)) return this;

        while (root is Branch { Length: 1 } branch) root = branch[0];
        return new KeyTree(root, count, generation);
    }

    private static bool Visit(Node node, KeyRange range, Func<KeyHistory, bool> visit)
    {
        if (node is Branch branch)
        {
            for (var i = branch.IndexFor(range.Start.Span); i < branch.Length; i++)
            {
                if (!Visit(branch[i], range, visit)) return false;
            }
            return true;
        }

        var leaf = (Leaf)node;
        var index = leaf.Search(range.Start.Span);
        for (var i = index >= 0 ? index : ~index; i < leaf.Items.Length; i++)
        {
            if (range.IsPast(leaf.Items[i].Key) || !visit(leaf.Items[i])) return false;
        }
        return true;
    }

    private Grown Add(Node node, ByteString key, out KeyHistory history)
    {
        if (node is Leaf leaf)
        {
            var found = leaf.Search(key.Span);
            history = found >= 0 ? leaf.Items[found] : new KeyHistory(key);
            return found >= 0 ? new Grown(leaf) : leaf.With(~found, history);
        }

        var branch = (Branch)node;
        var index = branch.IndexFor(key.Span);
        var child = branch[index];
        var grown = Add(child, key, out history);
        if (grown.Right is not null) return branch.With(index, grown, _generation);
        return new Grown(ReferenceEquals(grown.Left, child) ? branch : branch.Replace(index, grown.Left, _generation));
    }

    // Null when nothing is left below the node.
    private static Node? Compact(Node node, ByteString key, long revision, object generation, ref int count)
    {
        if (node is Leaf leaf) return Compact(leaf, key, revision, ref count);

        var branch = (Branch)node;
        var index = branch.IndexFor(key.Span);
        var child = branch[index];
        var left = Compact(child, key, revision, generation, ref count);
        if (ReferenceEquals(left, child)) return branch;
        if (left is not null) return branch.Replace(index, left, generation);
        return branch.Length == 1 ? null : branch.Without(index, generation);
    }

    private static Leaf? Compact(Leaf leaf, ByteString key, long revision, ref int count)
    {
        var index = leaf.Search(key.Span);
        if (index < 0) return leaf;
        var history = leaf.Items[index];
        var left = history.CompactedAt(revision);
        if (ReferenceEquals(left, history)) return leaf;
        if (!left.IsEmpty) return leaf.Replace(index, left);

        count--;
        return leaf.Items.Length == 1 ? null : leaf.Without(index);
    }
}
