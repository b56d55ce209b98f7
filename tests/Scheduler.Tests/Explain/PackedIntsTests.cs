using MiniK8s.Scheduler.Explain;

namespace MiniK8s.Scheduler.Tests.Explain;

public sealed class PackedIntsTests
{
    [Theory]
    [InlineData(new long[] { })]
    [InlineData(new long[] { 7 })]
    [InlineData(new long[] { -1, 0, 1, -1 })]
    [InlineData(new long[] { long.MinValue, 0, long.MaxValue })]
    [InlineData(new long[] { long.MaxValue, long.MaxValue - 1 })]
    public void Item_AnyValues_AreThoseThatWentIn(long[] values) => AssertKeeps(values);

    [Fact]
    public void Item_EveryWidth_SurvivesTheBordersOfWords()
    {
        var random = new Random(1);
        for (var bits = 1; bits < 64; bits++)
        {
            var limit = 1L << (bits - 1);
            AssertKeeps([-limit, limit - 1, .. Enumerable.Range(0, 200).Select(_ => random.NextInt64(-limit, limit))]);
        }
    }

    [Theory]
    [InlineData(500, 0, 0)]
    [InlineData(500, 1, 64)]
    [InlineData(500, 100, 448)]
    [InlineData(5000, 3, 1256)]
    public void Bytes_ByRange_AreAsFewAsThatNeeds(int count, int most, int bytes)
    {
        var values = Enumerable.Range(0, count).Select(i => (long)(i % (most + 1))).ToArray();

        Assert.Equal(bytes, new PackedInts(values).Bytes - new PackedInts([]).Bytes);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(2)]
    public void Item_OutsideTheRow_Throws(int index) => Assert.Throws<ArgumentOutOfRangeException>(() => new PackedInts([1, 2])[index]);

    [Fact]
    public void Of_EqualNumbersAsBefore_AreTheSameObject()
    {
        var last = new PackedInts([5, 5, 5]);

        Assert.Same(last, PackedInts.Of([5, 5, 5], last));
    }

    [Theory]
    [InlineData(new long[] { 5, 5 }, new long[] { 5, 5, 5 })]
    [InlineData(new long[] { 5, 5, 5 }, new long[] { 4, 4, 4 })]
    [InlineData(new long[] { 5, 5, 5 }, new long[] { 5, 5, 6 })]
    [InlineData(new long[] { 5, 6, 5 }, new long[] { 5, 6, 5 })]
    [InlineData(new long[] { 5, 6, 5 }, new long[] { 5, 5, 5 })]
    [InlineData(new long[] { }, new long[] { 0 })]
    public void Of_OtherNumbersOrUnequalOnes_AreKeptAnew(long[] before, long[] values)
    {
        var packed = PackedInts.Of(values, new PackedInts(before));

        Assert.Equal(values, Enumerable.Range(0, packed.Count).Select(i => packed[i]));
    }

    private static void AssertKeeps(long[] values)
    {
        var packed = new PackedInts(values);

        Assert.Equal(values, Enumerable.Range(0, packed.Count).Select(i => packed[i]));
    }
}
