using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Texts;

/// <summary>A stable sort that pays for each comparison, and so gives way in its midst.</summary>
internal static class MergeSort
{
    public static async ValueTask<T[]> SortAsync<T>(SimProcess self, IReadOnlyCollection<T> items, Comparison<T> order)
    {
        var (from, to) = (items.ToArray(), new T[items.Count]);
        for (var width = 1; width < from.Length; width *= 2)
        {
            for (var start = 0; start < from.Length; start += 2 * width)
            {
                await self.Work.PayAsync(WorkMeter.PerItem * 2L * width);
                Merge(from, to, start, int.Min(start + width, from.Length), int.Min(start + (2 * width), from.Length), order);
            }
            (from, to) = (to, from);
        }
        return from;
    }

    private static void Merge<T>(T[] from, T[] to, int start, int middle, int end, Comparison<T> order)
    {
        var (left, right) = (start, middle);
        for (var at = start; at < end; at++)
        {
            var takesLeft = right >= end || (left < middle && order(from[left], from[right]) <= 0);
            to[at] = takesLeft ? from[left++] : from[right++];
        }
    }
}
