using System.Diagnostics.Metrics;

namespace MiniK8s.Client.LeaderElection;

/// <summary>What an elector measures, under client-go's names.</summary>
/// <remarks>Source: component-base/metrics/prometheus/clientgo/leaderelection/metrics.go.</remarks>
internal sealed class LeaderElectionMetrics : IDisposable
{
    private readonly Meter _meter = new("MiniK8s.Client");
    private readonly KeyValuePair<string, object?> _name;
    private readonly Counter<long> _slowPaths;
    private int _leads;

    public LeaderElectionMetrics(string lease)
    {
        _name = new("name", lease);
        _meter.CreateObservableGauge(
            "leader_election_master_status", () => new Measurement<int>(Volatile.Read(ref _leads), _name), description: "1: this process leads; 0: it stands by.");
        _slowPaths = _meter.CreateCounter<long>("leader_election_slowpath", description: "Renewals for which the lease had to be read first.");
    }

    public void SetLeads(bool leads) => Volatile.Write(ref _leads, leads ? 1 : 0);

    public void CountSlowPath() => _slowPaths.Add(1, _name);

    public void Dispose() => _meter.Dispose();
}
