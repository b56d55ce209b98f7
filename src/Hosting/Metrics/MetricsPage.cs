using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace MiniK8s.Hosting.Metrics;

/// <summary><c>/metrics</c> in Prometheus' text format 0.0.4, of every instrument of the meters <c>MiniK8s…</c> and <c>System.Runtime</c>.</summary>
/// <remarks>
/// An instrument's name is used as it is, with <c>_</c> for what Prometheus does not allow and <c>_total</c> after a counter's; so name
/// instruments as Prometheus would: <c>workqueue_depth</c>, <c>commit_duration_seconds</c>. A histogram's buckets are its instrument's
/// advice (InstrumentAdvice), else Prometheus' standard ones in seconds. A change of an up-down counter before this page exists is lost.
/// </remarks>
internal sealed class MetricsPage : IDisposable
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly ConcurrentDictionary<Instrument, MetricFamily> _families = new();
    private readonly MeterListener _listener = new();
    private readonly Lock _scrape = new();     // one scrape at a time: observed series are rebuilt by each

    public MetricsPage()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (IsWanted(instrument.Meter.Name)) listener.EnableMeasurementEvents(instrument);
        };
        Listen<byte>(value => value);
        Listen<short>(value => value);
        Listen<int>(value => value);
        Listen<long>(value => value);
        Listen<float>(value => value);
        Listen<double>(value => value);
        Listen<decimal>(value => (double)value);
        _listener.Start();
    }

    public string Render()
    {
        lock (_scrape)
        {
            foreach (var family in _families.Values) family.ForgetObserved();
            _listener.RecordObservableInstruments();
            var output = new StringWriter();
            // Two instruments of one name would be an invalid page: the first stands.
            foreach (var family in _families.Values.DistinctBy(family => family.Name).OrderBy(family => family.Name, StringComparer.Ordinal)) family.Write(output);
            return output.ToString();
        }
    }

    public void Dispose() => _listener.Dispose();

    private static bool IsWanted(string meter) => meter.StartsWith("MiniK8s", StringComparison.Ordinal) || meter == "System.Runtime";

    private void Listen<T>(Func<T, double> toDouble)
        where T : struct =>
        _listener.SetMeasurementEventCallback<T>((instrument, value, tags, _) => FamilyOf<T>(instrument).Record(toDouble(value), tags));

    private MetricFamily FamilyOf<T>(Instrument instrument)
        where T : struct =>
        _families.GetOrAdd(instrument, static each => new MetricFamily(each, BoundsOf<T>(each)));

    private static IEnumerable<double>? BoundsOf<T>(Instrument instrument)
        where T : struct =>
        (instrument as Histogram<T>)?.Advice?.HistogramBucketBoundaries?.Select(bound => Convert.ToDouble(bound, null));
}
