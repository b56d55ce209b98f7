using System.Globalization;

namespace MiniK8s.Hosting.Metrics;

/// <summary>One instrument with one set of labels: a number, or a histogram with its buckets.</summary>
internal sealed class MetricSeries(double[] bounds)
{
    private readonly Lock _lock = new();     // guards everything below; taken last
    private readonly long[] _buckets = new long[bounds.Length + 1];
    private double _sum;
    private long _count;

    /// <summary>A counter goes up by that, or a histogram counts it.</summary>
    public void Add(double value)
    {
        lock (_lock)
        {
            _sum += value;
            _count++;
            if (bounds.Length > 0) _buckets[BucketOf(value)]++;
        }
    }

    /// <summary>A gauge, or an observed total, now stands at that.</summary>
    public void Set(double value)
    {
        lock (_lock) _sum = value;
    }

    public void WriteValue(TextWriter output, string name, string labels)
    {
        lock (_lock) output.Write($"{name}{Braced(labels)} {Text(_sum)}\n");
    }

    public void WriteHistogram(TextWriter output, string name, string labels)
    {
        lock (_lock)
        {
            var soFar = 0L;
            for (var i = 0; i < _buckets.Length; i++)
            {
                soFar += _buckets[i];
                var bound = $"le=\"{(i < bounds.Length ? Text(bounds[i]) : "+Inf")}\"";
                output.Write($"{name}_bucket{Braced(labels.Length == 0 ? bound : $"{labels},{bound}")} {soFar}\n");
            }
            output.Write($"{name}_sum{Braced(labels)} {Text(_sum)}\n{name}_count{Braced(labels)} {_count}\n");
        }
    }

    // A bucket's bound is inclusive.
    private int BucketOf(double value)
    {
        var at = Array.BinarySearch(bounds, value);
        return at >= 0 ? at : ~at;
    }

    private static string Braced(string labels) => labels.Length == 0 ? "" : $"{{{labels}}}";

    // As Go writes small numbers (1e-05): a bucket's bound is a label, compared as text.
    private static string Text(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        _ => value.ToString("R", CultureInfo.InvariantCulture).Replace('E', 'e'),
    };
}
