using System.Diagnostics.Metrics;

using MiniK8s.ApiServer.Authorization;

namespace MiniK8s.ApiServer.Rest;

/// <summary>What the metrics page tells of requests, under Kubernetes' own names.</summary>
internal sealed class RestMetrics : IDisposable
{
    private readonly Meter _meter = new("MiniK8s.ApiServer.Rest");
    private readonly Counter<long> _requests;
    private readonly Histogram<double> _durations;

    public RestMetrics()
    {
        _requests = _meter.CreateCounter<long>("apiserver_request_total", description: "Requests by verb, resource and code.");
        _durations = _meter.CreateHistogram<double>(
            "apiserver_request_duration_seconds", unit: "s", description: "Time from a request to its whole answer; watches are left out.");
    }

    /// <summary>Counts one request that has been answered.</summary>
    public void Add(RequestAttributes request, int code, TimeSpan took)
    {
        KeyValuePair<string, object?>[] kind =
        [
            new("verb", request.Verb.ToUpperInvariant()), new("group", request.ApiGroup), new("resource", request.Resource),
            new("subresource", request.Subresource),
        ];
        _requests.Add(1, [.. kind, new("code", code)]);
        if (request.Verb != "watch") _durations.Record(took.TotalSeconds, kind);
    }

    public void Dispose() => _meter.Dispose();
}
