using System.Threading.Channels;

using MiniK8s.ApiServer.Registry;
using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.ApiServer.Tests.Fakes;

/// <summary>A watch whose events a test takes one by one.</summary>
internal sealed class WatchProbe
{
    private readonly Channel<WatchChange> _seen = Channel.CreateUnbounded<WatchChange>();
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _reading;

    public WatchProbe(IResourceRegistry registry, RequestContext context, string ns, ListOptions options) =>
        _reading = ReadAsync(registry, context, ns, options);

    public bool HasEnded => _reading.IsCompleted;

    /// <summary>Completes when the watch ends, with its refusal if it had one.</summary>
    public Task Ended => _reading;

    public async Task<WatchChange> NextAsync() => await _seen.Reader.ReadAsync().AsTask().OrMissing("the next watch event");

    /// <summary>"TYPE name" of the next events.</summary>
    public async Task<string[]> NextAsync(int count)
    {
        var seen = new string[count];
        for (var i = 0; i < count; i++)
        {
            var change = await NextAsync();
            seen[i] = $"{change.Type.ToString().ToUpperInvariant()} {change.Object.Metadata.Name}".TrimEnd();
        }
        return seen;
    }

    public bool IsEmpty => !_seen.Reader.TryPeek(out _);

    public void Stop() => _stop.Cancel();

    private async Task ReadAsync(IResourceRegistry registry, RequestContext context, string ns, ListOptions options)
    {
        try
        {
            await foreach (var changes in registry.WatchAsync(context, ns, options, _stop.Token))
            {
                foreach (var change in changes) _seen.Writer.TryWrite(change);
            }
        }
        finally
        {
            _seen.Writer.TryComplete();
        }
    }
}
