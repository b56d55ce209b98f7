using Google.Protobuf;

namespace MiniK8s.Store.Mvcc;

/// <summary>The keys in order: an immutable B+ tree of <see cref="KeyHistory"/> objects.</summary>
/// <remarks>
/// A change copies the path from the root and leaves the old tree as it was, so a snapshot is a root and readers never
/// meet the writer. Only a new key, or one that compaction touches, changes the tree: a put on a key that is there
/// appends to its history. Leaves that empty out are dropped; half-empty ones are not merged, since keys of a cluster
/// come back under the same prefixes.
/// </remarks>
internal sealed class KeyTree
{
    private const int MaxItems = 64;
    private readonly Node _root;

    private KeyTree(Node root, int count) => (_root, Count) = (root, count);

    /// <summary>A tree without keys.</summary>
    public static KeyTree Empty { get; } = new(new Leaf([]), 0);

    /// <summary>Keys in the tree, deleted ones with history included.</summary>
    public int Count { get; }

    /// <summary>The history of the key; null when the tree has none.</summary>
    public KeyHistory? Find(ByteString key)
    {
        var node = _root;
        while (node is Branch branch) node = branch.Children[branch.IndexFor(key)];
        var leaf = (Leaf)node;
        var index = leaf.Search(key);
        return index >= 0 ? leaf.Items[index] : null;
    }

    /// <summary>Calls <paramref name="visit"/> for every history in the range, in key order, until it answers false.</summary>
    public void Visit(KeyRange range, Func<KeyHistory, bool> visit)
    {
        if (range.Kind != KeyRangeKind.Single) Visit(_root, range, visit);
        else if (Find(range.Start) is { } only) visit(only);
    }

    /// <summary>The tree with this history in the place of the key's old one, or added.</summary>
    public KeyTree With(KeyHistory history)
    {
        var added = false;
        var (left, right) = Set(_root, history, ref added);
        var root = right is null ? left : new Branch([left, right]);
        return new KeyTree(root, added ? Count + 1 : Count);
    }

    /// <summary>The tree without the key; this tree when it has no such key.</summary>
    public KeyTree Without(ByteString key)
    {
        if (Find(key) is null) return this;
        var root = Remove(_root, key) ?? new Leaf([]);
        while (root is Branch { Children.Length: 1 } branch) root = branch.Children[0];
        return new KeyTree(root, Count - 1);
    }

    private static bool Visit(Node node, KeyRange range, Func<KeyHistory, bool> visit)
    {
        if (node is Branch branch)
        {
            for (var i = branch.IndexFor(range.Start); i < branch.Children.Length; i++)
            {
                if (!Visit(branch.Children[i], range, visit)) return false;
            }
            return true;
        }

        var leaf = (Leaf)node;
        var index = leaf.Search(range.Start);
        for (var i = index >= 0 ? index : ~index; i < leaf.Items.Length; i++)
        {
            if (range.IsPast(leaf.Items[i].Key) || !visit(leaf.Items[i])) return false;
        }
        return true;
    }

    private static (Node Left, Node? Right) Set(Node node, KeyHistory history, ref bool added)
    {
        if (node is Leaf leaf)
        {
            var found = leaf.Search(history.Key);
            if (found >= 0) return (new Leaf(Replace(leaf.Items, found, history)), null);
            added = true;
            return Split(Insert(leaf.Items, ~found, history), items => new Leaf(items));
        }

        var branch = (Branch)node;
        var index = branch.IndexFor(history.Key);
        var (left, right) = Set(branch.Children[index], history, ref added);
        var children = Replace(branch.Children, index, left);
        return right is null
            ? (new Branch(children), null)
            : Split(Insert(children, index + 1, right), items => new Branch(items));
    }

    private static Node? Remove(Node node, ByteString key)
    {
        if (node is Leaf leaf)
        {
            return leaf.Items.Length == 1 ? null : new Leaf(RemoveAt(leaf.Items, leaf.Search(key)));
        }

        var branch = (Branch)node;
        var index = branch.IndexFor(key);
        var child = Remove(branch.Children[index], key);
        if (child is not null) return new Branch(Replace(branch.Children, index, child));
        return branch.Children.Length == 1 ? null : new Branch(RemoveAt(branch.Children, index));
    }

    private static (Node Left, Node? Right) Split<T>(T[] items, Func<T[], Node> make)
    {
        if (items.Length <= MaxItems) return (make(items), null);
        // Keys that arrive in order (names with a counter) leave full leaves behind when the split is to the right.
        var middle = items.Length * 3 / 4;
        return (make(items[..middle]), make(items[middle..]));
    }

    private static T[] Replace<T>(T[] items, int index, T item)
    {
        var copy = (T[])items.Clone();
        copy[index] = item;
        return copy;
    }

    private static T[] Insert<T>(T[] items, int index, T item)
    {
        var copy = new T[items.Length + 1];
        Array.Copy(items, copy, index);
        copy[index] = item;
        Array.Copy(items, index, copy, index + 1, items.Length - index);
        return copy;
    }

    private static T[] RemoveAt<T>(T[] items, int index)
    {
        var copy = new T[items.Length - 1];
        Array.Copy(items, copy, index);
        Array.Copy(items, index + 1, copy, index, copy.Length - index);
        return copy;
    }

    private abstract class Node(ByteString first)
    {
        /// <summary>The smallest key below this node when it was built: what parents steer by. A field, for it is read six times a level.</summary>
        public ByteString First { get; } = first;
    }

    private sealed class Leaf(KeyHistory[] items) : Node(items.Length == 0 ? ByteString.Empty : items[0].Key)
    {
        public KeyHistory[] Items { get; } = items;

        /// <summary>The key's place, or the complement of where it would go.</summary>
        public int Search(ByteString key)
        {
            var (low, high) = (0, Items.Length - 1);
            while (low <= high)
            {
                var middle = (low + high) / 2;
                var order = Keys.Compare(Items[middle].Key, key);
                if (order == 0) return middle;
                if (order < 0) low = middle + 1;
                else high = middle - 1;
            }
            return ~low;
        }
    }

    private sealed class Branch(Node[] children) : Node(children[0].First)
    {
        public Node[] Children { get; } = children;

        /// <summary>The child that holds the key, if any does: the last whose first key is not past it, else the first child.</summary>
        public int IndexFor(ByteString key)
        {
            var (low, high) = (1, Children.Length);
            while (low < high)
            {
                var middle = (low + high) / 2;
                if (Keys.Compare(Children[middle].First, key) <= 0) low = middle + 1;
                else high = middle;
            }
            return low - 1;
        }
    }
}
