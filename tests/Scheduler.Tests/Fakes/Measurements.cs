using System.Diagnostics.Metrics;

namespace MiniK8s.Scheduler.Tests.Fakes;

/// <summary>Everything that one meter measures: each as <c>name{label=value,…}</c>.</summary>
internal sealed class Measurements : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly Dictionary<string, Instrument> _instruments = [];
    private readonly Dictionary<string, List<double>> _values = [];

    public Measurements(Meter meter)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter != meter) return;
            _instruments[instrument.Name] = instrument;
            listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.Start();
    }

    public IReadOnlyDictionary<string, Instrument> Instruments => _instruments;

    /// <summary>What was measured of a series; nothing if it does not exist.</summary>
    public IReadOnlyList<double> Of(string series)
    {
        lock (_values) return _values.TryGetValue(series, out var values) ? [.. values] : [];
    }

    /// <summary>What a gauge, or a counter that is asked, says now.</summary>
    public IReadOnlyDictionary<string, double> Observe(string name)
    {
        lock (_values)
        {
            foreach (var series in _values.Keys.Where(series => series.StartsWith(name, StringComparison.Ordinal)).ToList()) _values.Remove(series);
        }
        _listener.RecordObservableInstruments();
        lock (_values) return _values.Where(pair => pair.Key.StartsWith(name, StringComparison.Ordinal)).ToDictionary(pair => pair.Key[name.Length..], pair => pair.Value[^1]);
    }

    public void Dispose() => _listener.Dispose();

    private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var series = $"{instrument.Name}{{{string.Join(",", tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}"))}}}";
        lock (_values)
        {
            if (!_values.TryGetValue(series, out var values)) _values.Add(series, values = []);
            values.Add(value);
        }
    }
}
