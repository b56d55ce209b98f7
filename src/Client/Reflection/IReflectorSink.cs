using MiniK8s.Client.Resources;
using MiniK8s.Protocol;

namespace MiniK8s.Client.Reflection;

/// <summary>What a reflector keeps equal to the server's collection. Called by one reflector, one call at a time.</summary>
public interface IReflectorSink<T>
    where T : class, IApiObject
{
    /// <summary>The collection is exactly this. While the call waits, the reflector waits.</summary>
    ValueTask ReplaceAsync(IReadOnlyList<T> items, CancellationToken ct);

    /// <summary>The next step; never a bookmark. May be one it has seen before, after a fault.</summary>
    ValueTask ApplyAsync(WatchChange<T> change, CancellationToken ct);
}
