using System.Buffers;
using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

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

    [ThreadStatic]
    private static ArrayBufferWriter<char>? _labels;

    private readonly ConcurrentDictionary<string, MetricSeries> _series = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, MetricSeries>.AlternateLookup<ReadOnlySpan<char>> _byLabels;
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
        _byLabels = _series.GetAlternateLookup<ReadOnlySpan<char>>();
        _help = (instrument.Description ?? "").ReplaceLineEndings(" ");
        Name = NameOf(instrument.Name, Type);
    }

    public string Name { get; }

    public MetricType Type { get; }

    // Allocates nothing for labels that were seen before: measurements are taken on the hottest paths.
    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = (_labels ??= new ArrayBufferWriter<char>(256));
        labels.ResetWrittenCount();
        WriteLabels(tags, labels);
        if (!_byLabels.TryGetValue(labels.WrittenSpan, out var series))
        {
            series = _series.GetOrAdd(_series.Count < MaxSeries ? labels.WrittenSpan.ToString() : "overflow=\"true\"", _ => new MetricSeries(_bounds));
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

    private static void WriteLabels(ReadOnlySpan<KeyValuePair<string, object?>> tags, ArrayBufferWriter<char> output)
    {
        foreach (var (name, value) in tags)
        {
            if (output.WrittenCount > 0) output.Write(",");
            var start = output.GetSpan(name.Length);
            for (var i = 0; i < name.Length; i++) start[i] = char.IsAsciiLetterOrDigit(name[i]) ? name[i] : '_';
            output.Advance(name.Length);
            output.Write("=\"");
            output.Write(Escaped(value as string ?? value?.ToString() ?? ""));
            output.Write("\"");
        }
    }

    // Each Replace gives the same string back when there is nothing to replace.
    private static string Escaped(string text) =>
        text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
}
