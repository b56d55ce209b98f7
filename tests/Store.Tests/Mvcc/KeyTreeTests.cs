using System.Collections.Immutable;

using Google.Protobuf;

using MiniK8s.Protocol.Etcd;
using MiniK8s.Store.Mvcc;

namespace MiniK8s.Store.Tests.Mvcc;

public sealed class KeyTreeTests
{
    private static readonly IComparer<ByteString> Order = Comparer<ByteString>.Create(ByteByByte);

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    public void RandomChanges_AgainstASortedDictionary_EveryTreeHoldsItsKeysInOrder(int seed)
    {
        var random = new Random(seed);
        var keys = new AwkwardKeys(random);
        var (tree, now) = (KeyTree.Empty, ImmutableSortedDictionary.Create<ByteString, long>(Order));
        var touched = new HashSet<ByteString>();
        var kept = new List<(ReadView View, ImmutableSortedDictionary<ByteString, long> Expected)>();

        for (var revision = 2; revision < 12_000; revision++)
        {
            // Grows first, then shrinks to almost nothing: leaves and branches come and go.
            var puts = now.IsEmpty || random.Next(8) < (revision < 6_000 ? 6 : 1);
            var key = puts ? keys.Next() : now.Keys.ElementAt(random.Next(now.Count));
            now = puts ? now.SetItem(Put(ref tree, key, revision), revision) : now.Remove(Delete(ref tree, key, revision));
            touched.Add(key);
            if (revision % 1000 != 0) continue;

            kept.Add((new ReadView(tree, revision, -1), now));
            tree = tree.CompactedAt(revision, touched);
            Assert.Equal(now.Count, tree.Count);
            kept.Add((new ReadView(tree, revision, -1), now));
        }

        Assert.All(kept, one => AssertHolds(one.View, one.Expected, keys));
        Assert.InRange(kept.Max(one => one.Expected.Count), 1_500, 12_000);
        Assert.InRange(kept[^1].Expected.Count, 0, 500);
    }

    [Fact]
    public void CompactedAt_EveryKeyDeleted_LeavesAnEmptyTreeThatGrowsAgain()
    {
        var tree = KeyTree.Empty;
        ByteString[] names = [.. Enumerable.Range(0, 5_000).Select(i => ByteString.CopyFromUtf8($"/registry/pods/default/pod-{i:D6}"))];
        foreach (var name in names) Put(ref tree, name, 2);
        foreach (var name in names) Delete(ref tree, name, 3);

        var empty = tree.CompactedAt(3, names);
        var again = empty;
        foreach (var name in names) Put(ref again, name, 4);

        Assert.Equal((5_000, 0, 5_000), (tree.Count, empty.Count, again.Count));
        Assert.Equal(names, new ReadView(tree, 2, -1).List(All).Select(version => version.Key));
        Assert.Empty(new ReadView(empty, 4, -1).List(All));
        Assert.Equal(names, new ReadView(again, 4, -1).List(All).Select(version => version.Key));
    }

    [Fact]
    public void CompactedAt_NothingToLose_IsTheSameTree()
    {
        var tree = KeyTree.Empty;
        var key = Put(ref tree, ByteString.CopyFromUtf8("a"), 2);

        Assert.Same(tree, tree.CompactedAt(2, [key, ByteString.CopyFromUtf8("b")]));
    }

    [Fact]
    public void With_AHistoryLeftWithoutVersions_TakesItUpAndCountsItOnce()
    {
        var tree = KeyTree.Empty;
        var key = Put(ref tree, ByteString.CopyFromUtf8("a"), 2);
        var before = tree;
        for (var i = 0; i < 200; i++) Put(ref tree, ByteString.CopyFromUtf8($"b{i}"), 3);
        var staged = before.With(ByteString.CopyFromUtf8("c"), out var dropped);
        dropped.Append(Version(dropped.Key, 3));
        dropped.ForgetAfter(2);

        var after = staged.With(dropped.Key, out var taken);

        Assert.Same(dropped, taken);
        Assert.Equal((1, 201, 2, 3), (before.Count, tree.Count, staged.Count, after.Count));
        Assert.Equal([key], new ReadView(before, 2, -1).List(All).Select(version => version.Key));
    }

    [Fact]
    public void Visit_AnInterval_StartsAndEndsWhereItShould()
    {
        var tree = KeyTree.Empty;
        for (var i = 0; i < 1000; i++) Put(ref tree, ByteString.CopyFromUtf8($"{i:D4}"), 2);

        var found = new List<string>();
        tree.Visit(KeyRange.From(ByteString.CopyFromUtf8("0123"), ByteString.CopyFromUtf8("0200x")), history =>
        {
            found.Add(history.Key.ToStringUtf8());
            return true;
        });

        Assert.Equal(Enumerable.Range(123, 78).Select(i => $"{i:D4}"), found);
    }

    private static KeyRange All => KeyRange.From(ByteString.CopyFrom(0), ByteString.CopyFrom(0));

    private static ByteString Put(ref KeyTree tree, ByteString key, long revision)
    {
        tree = tree.With(key, out var history);
        history.Append(Version(key, revision));
        return key;
    }

    private static ByteString Delete(ref KeyTree tree, ByteString key, long revision)
    {
        tree = tree.With(key, out var history);
        history.Append(new KeyVersion(KeyHistory.Tombstone(key, revision)));
        return key;
    }

    private static void AssertHolds(ReadView view, ImmutableSortedDictionary<ByteString, long> expected, AwkwardKeys keys)
    {
        Assert.Equal(expected, view.List(All).Select(version => KeyValuePair.Create(version.Key, version.ModRevision)));
        for (var i = 0; i < 30; i++)
        {
            var (range, one) = (keys.Range(), keys.Next());
            Assert.Equal(expected.Keys.Where(range.Contains), view.List(range).Select(version => version.Key));
            Assert.Equal(expected.GetValueOrDefault(one), view.Get(one)?.ModRevision ?? 0);
        }
    }

    private static KeyVersion Version(ByteString key, long revision) =>
        new(new KeyValue { Key = key, ModRevision = revision, CreateRevision = revision, Version = 1 });

    // Not by what is tested.
    private static int ByteByByte(ByteString a, ByteString b)
    {
        for (var i = 0; i < a.Length && i < b.Length; i++)
        {
            if (a[i] != b[i]) return a[i] - b[i];
        }
        return a.Length - b.Length;
    }
}
