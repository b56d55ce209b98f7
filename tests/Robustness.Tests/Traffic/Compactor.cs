using MiniK8s.Protocol.Etcd;

namespace MiniK8s.Robustness.Tests.Traffic;

/// <summary>Compacts each 100 to 200 ms, to anywhere between the last compaction and just past the newest revision, and defragments after every eighth or so.</summary>
/// <param name="client">Its calls.</param>
/// <param name="most">The highest revision that may be compacted.</param>
/// <param name="mayDefragment">Whether it may be defragmented under traffic; a real etcd answers nobody meanwhile.</param>
internal sealed class Compactor(TrafficClient client, Func<long> most, bool mayDefragment)
{
    /// <summary>Compacts until it is told to stop.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        var last = 1L;
        while (!stopping.IsCancellationRequested)
        {
            await Task.Delay(client.Random.Next(100, 201), CancellationToken.None);
            var revision = long.Min(most(), client.Random.NextInt64(last, client.Recorder.Newest + 5));
            if (revision < 2) continue;
            if (await client.CompactAsync(new CompactionRequest { Revision = revision }) is not null) last = revision;
            if (mayDefragment && client.Random.Next(8) == 0) await client.DefragmentAsync();
        }
    }
}
