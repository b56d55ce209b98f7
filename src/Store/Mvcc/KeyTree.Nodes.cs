using Google.Protobuf;

namespace MiniK8s.Store.Mvcc;

internal sealed partial class KeyTree
{
    private const int MaxItems = 48;

    // Keys that arrive in order (names with a counter) leave full nodes behind when the split is to the right.
    private static int Middle(int length) => length * 3 / 4;

    private abstract class Node;

    /// <summary>What became of a node: another in its place, and after a split one more to its right, with the first key that belongs there.</summary>
    private readonly record struct Grown(Node Left, ByteString? Separator = null, Node? Right = null);

    /// <summary>Histories in the order of their keys. Immutable.</summary>
    private sealed class Leaf(KeyHistory[] items, KeyHeads heads) : Node
    {
        private static readonly Func<KeyHistory, ByteString> KeyOf = history => history.Key;

        public static Leaf Empty { get; } = new([], KeyHeads.None);

        public KeyHistory[] Items { get; } = items;

        private KeyHeads Heads { get; } = heads;

        /// <summary>The key's place, or the complement of where it would go.</summary>
        public int Search(ReadOnlySpan<byte> key)
        {
            var (low, high) = Heads.Around(key);
            while (low < high)
            {
                var middle = (low + high) >>> 1;
                var order = Items[middle].Key.Span.SequenceCompareTo(key);
                if (order == 0) return middle;
                if (order < 0) low = middle + 1;
                else high = middle;
            }
            return ~low;
        }

        public Grown With(int index, KeyHistory history)
        {
            var leaf = new Leaf(Arrays.With(Items, index, history), Heads.With(index, history.Key.Span));
            if (leaf.Items.Length <= MaxItems) return new Grown(leaf);

            var middle = Middle(leaf.Items.Length);
            return new Grown(leaf.Part(0, middle), leaf.Items[middle].Key, leaf.Part(middle, leaf.Items.Length));
        }

        public Leaf Replace(int index, KeyHistory history) => new(Arrays.Replace(Items, index, history), Heads);

        public Leaf Without(int index) => new(Arrays.Without(Items, index), Heads.Without(index));

        private Leaf Part(int from, int to)
        {
            var items = Items[from..to];
            return new Leaf(items, Heads.Part(from, items, KeyOf));
        }
    }

    /// <summary>Nodes in key order. Separator i is at or before every key of child i + 1 and past every key of child i.</summary>
    private sealed class Branch(Node[] children, ByteString[] separators, KeyHeads heads, object generation) : Node
    {
        private static readonly Func<ByteString, ByteString> KeyOf = separator => separator;

        public int Length => children.Length;

        /// <summary>What the slot holds at this moment.</summary>
        public Node this[int index] => Volatile.Read(ref children[index]);

        public static Branch Of(Node left, ByteString separator, Node right, object generation) =>
            new([left, right], [separator], KeyHeads.None.With(0, separator.Span), generation);

        /// <summary>The child that holds the key, if any does.</summary>
        public int IndexFor(ReadOnlySpan<byte> key)
        {
            var (low, high) = heads.Around(key);
            while (low < high)
            {
                var middle = (low + high) >>> 1;
                if (separators[middle].Span.SequenceCompareTo(key) <= 0) low = middle + 1;
                else high = middle;
            }
            return low;
        }

        /// <summary>Puts a node with the same bounds into a slot: of this branch, where it is of the generation, else of a copy.</summary>
        public Branch Replace(int index, Node child, object writing)
        {
            if (!ReferenceEquals(generation, writing)) return new Branch(Arrays.Replace(children, index, child), separators, heads, writing);

            Volatile.Write(ref children[index], child);
            return this;
        }

        /// <summary>A branch with a child split in two.</summary>
        public Grown With(int index, Grown child, object writing)
        {
            var nodes = Arrays.With(children, index + 1, child.Right!);
            nodes[index] = child.Left;
            var branch = new Branch(nodes, Arrays.With(separators, index, child.Separator!), heads.With(index, child.Separator!.Span), writing);
            return nodes.Length <= MaxItems ? new Grown(branch) : branch.Split();
        }

        /// <summary>A branch without the child; its left neighbour takes over its keys, or its right one if it is the first.</summary>
        public Branch Without(int index, object writing)
        {
            var separator = int.Max(0, index - 1);
            return new Branch(Arrays.Without(children, index), Arrays.Without(separators, separator), heads.Without(separator), writing);
        }

        private Grown Split()
        {
            var middle = Middle(children.Length);
            return new Grown(Part(0, middle), separators[middle - 1], Part(middle, children.Length));
        }

        private Branch Part(int from, int to)
        {
            var between = separators[from..(to - 1)];
            return new Branch(children[from..to], between, heads.Part(from, between, KeyOf), generation);
        }
    }
}
