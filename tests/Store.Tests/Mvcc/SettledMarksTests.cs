using MiniK8s.Store.Mvcc;

namespace MiniK8s.Store.Tests.Mvcc;

/// <summary>Marks packed into bytes answer as a list of them would.</summary>
public sealed class SettledMarksTests
{
    [Theory]
    [InlineData(1, 3)]                  // a few keys take turns
    [InlineData(2, 20_000)]             // many do
    [InlineData(3, 1L << 40)]           // a key that rests for as good as ever
    public void MarksAddedInParts_AreThoseOfAList(int seed, long farthest)
    {
        var random = new Random(seed);
        var (marks, list) = (SettledMarks.None, new List<long>());
        Assert.Equal(-1, marks.LastAtOrBefore(long.MaxValue));
        while (list.Count < 1000)
        {
            var part = Part(random, list.Count == 0 ? 0 : long.Abs(list[^1]), farthest);
            marks = marks.With(part);
            list.AddRange(part);
            AssertSame(list, marks);
        }
    }

    [Fact]
    public void WhoHoldsThem_IsNotDisturbedByLaterOnes()
    {
        var random = new Random(4);
        var (marks, list, held) = (SettledMarks.None, new List<long>(), new List<(List<long> List, SettledMarks Marks)>());
        while (list.Count < 500)
        {
            var part = Part(random, list.Count == 0 ? 0 : long.Abs(list[^1]), farthest: 300);
            marks = marks.With(part);
            list.AddRange(part);
            held.Add(([.. list], marks));
        }
        foreach (var (expected, actual) in held) AssertSame(expected, actual);
    }

    [Theory]
    [InlineData(0, 300)]
    [InlineData(0, 64)]
    [InlineData(63, 65)]
    [InlineData(64, 64)]
    [InlineData(130, 300)]
    public void ASlice_IsThatOfAList_AndGoesOnByItself(int start, int end)
    {
        var random = new Random(5);
        var list = new List<long>();
        while (list.Count < 300) list.AddRange(Part(random, list.Count == 0 ? 0 : long.Abs(list[^1]), farthest: 5000));
        var marks = SettledMarks.None.With(list.ToArray());

        var (slice, expected) = (marks.Slice(start, end), list[start..end]);
        AssertSame(expected, slice);

        long[] other = [long.Abs(list[^1]) + 1, -(long.Abs(list[^1]) + 2)];
        AssertSame([.. expected, .. other], slice.With(other));
        AssertSame(list, marks);
    }

    // Rising; the same revision twice where it puts a key and deletes it.
    private static long[] Part(Random random, long last, long farthest)
    {
        var part = new long[random.Next(1, 30)];
        for (var i = 0; i < part.Length; i++)
        {
            last += random.NextInt64(last == 0 ? 1 : 0, farthest);
            part[i] = random.Next(4) == 0 ? -last : last;
        }
        return part;
    }

    private static void AssertSame(List<long> list, SettledMarks marks)
    {
        Assert.Equal(list, Enumerable.Range(0, marks.Count).Select(index => marks[index]));
        foreach (var mark in list)
        {
            var revision = long.Abs(mark);
            for (var at = revision - 1; at <= revision + 1; at++) Assert.Equal(list.FindLastIndex(one => long.Abs(one) <= at), marks.LastAtOrBefore(at));
        }
    }
}
