using Google.Protobuf;

using MiniK8s.Store.Mvcc;

namespace MiniK8s.Store.Tests.Mvcc;

public sealed class KeyTreeTests
{
    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    public void RandomChanges_AgainstASortedSet_HoldTheSameKeysInOrder(int seed)
    {
        var random = new Random(seed);
        var (tree, expected) = (KeyTree.Empty, new SortedSet<string>(StringComparer.Ordinal));
        var kept = new List<(KeyTree Tree, string[] Keys)>();

        for (var step = 0; step < 20_000; step++)
        {
            var name = $"{random.Next(3000):D5}";
            // Grows first, then shrinks to almost nothing: leaves and branches come and go.
            if (random.Next(step < 10_000 ? 4 : 1) > 0 || (step >= 10_000 && random.Next(8) == 0))
            {
                expected.Add(name);
                if (tree.Find(Key(name)) is null) tree = tree.With(new KeyHistory(Key(name)));
            }
            else
            {
                expected.Remove(name);
                tree = tree.Without(Key(name));
            }
            if (step % 1000 == 0) kept.Add((tree, [.. expected]));
        }

        Assert.All(kept.Append((tree, [.. expected])), one => Assert.Equal(one.Item2, All(one.Item1)));
        Assert.Equal(expected.Count, tree.Count);
    }

    [Fact]
    public void Visit_AnInterval_StartsAndEndsWhereItShould()
    {
        var tree = KeyTree.Empty;
        for (var i = 0; i < 1000; i++) tree = tree.With(new KeyHistory(Key($"{i:D4}")));

        var found = new List<string>();
        tree.Visit(KeyRange.From(Key("0123"), Key("0200x")), history =>
        {
            found.Add(history.Key.ToStringUtf8());
            return true;
        });

        Assert.Equal(Enumerable.Range(123, 78).Select(i => $"{i:D4}"), found);
    }

    private static ByteString Key(string name) => ByteString.CopyFromUtf8(name);

    private static List<string> All(KeyTree tree)
    {
        var all = new List<string>();
        tree.Visit(KeyRange.From(ByteString.CopyFrom(0), ByteString.CopyFrom(0)), history =>
        {
            all.Add(history.Key.ToStringUtf8());
            return true;
        });
        return all;
    }
}
