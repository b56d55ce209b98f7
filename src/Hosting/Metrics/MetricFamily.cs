using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text;

namespace MiniK8s.Hosting.Metrics;

internal enum MetricType
{
    Counter,
    Gauge,
    Histogram,
}

/// <summary>One instrument as Prometheus sees it: its name, type, help and series, of which there are at most <see cref="MaxSeries"/>.</summary>
/// <remarks>What comes with further label sets is counted in one series with the label <c>overflow="true"</c>: totals stay right and memory bounded.</remarks>
internal sealed class MetricFamily
{
    public const int MaxSeries = 1000;

    // Prometheus' own standard buckets, in seconds.
    private static readonly double[] StandardBounds = [.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10];

    private readonly ConcurrentDictionary<string, MetricSeries> _series = new(StringComparer.Ordinal);
    private readonly string _help;
    private readonly bool _setsValue;
    private readonly double[] _bounds;

    public MetricFamily(Instrument instrument, IEnumerable<double>? advisedBounds)
    {
        var kind = instrument.GetType().Name;
        Type = kind.StartsWith("Histogram", StringComparison.Ordinal) ? MetricType.Histogram
            : kind is "Counter`1" or "ObservableCounter`1" ? MetricType.Counter : MetricType.Gauge;
        _setsValue = instrument.IsObservable || kind == "Gauge`1";
        _bounds = Type == MetricType.Histogram ? [.. advisedBounds ?? StandardBounds] : [];
        _help = (instrument.Description ?? "").ReplaceLineEndings(" ");
        Name = NameOf(instrument.Name, Type);
    }

    public string Name { get; }

    public MetricType Type { get; }

    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = LabelsOf(tags);
        if (!_series.TryGetValue(labels, out var series))
        {
            series = _series.GetOrAdd(_series.Count < MaxSeries ? labels : "overflow=\"true\"", _ => new MetricSeries(_bounds));
        }
        if (_setsValue) series.Set(value);
        else series.Add(value);
    }

    /// <summary>Observed series are told anew at each scrape, so that those which are no longer observed go.</summary>
    public void ForgetObserved()
    {
        if (_setsValue) _series.Clear();
    }

    public void Write(TextWriter output)
    {
        output.Write($"# HELP {Name} {_help}\n# TYPE {Name} {Type.ToString().ToLowerInvariant()}\n");
        foreach (var (labels, series) in _series.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            if (Type == MetricType.Histogram) series.WriteHistogram(output, Name, labels);
            else series.WriteValue(output, Name, labels);
        }
    }

    private static string NameOf(string instrument, MetricType type)
    {
        var name = string.Concat(instrument.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_'));
        return type == MetricType.Counter && !name.EndsWith("_total", StringComparison.Ordinal) ? name + "_total" : name;
    }

    private static string LabelsOf(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.Length == 0) return "";
        var text = new StringBuilder();
        foreach (var (name, value) in tags)
        {
            if (text.Length > 0) text.Append(',');
            foreach (var c in name) text.Append(char.IsAsciiLetterOrDigit(c) ? c : '_');
            var escaped = (value?.ToString() ?? "").Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
            text.Append("=\"").Append(escaped).Append('"');
        }
        return text.ToString();
    }
}
