using MiniK8s.Protocol;
using MiniK8s.Protocol.V1;

namespace MiniK8s.Client.Resources;

/// <summary>One step of a collection's history.</summary>
/// <param name="Type">What happened; a bookmark only says how far the watch has come.</param>
/// <param name="Object">The object after it; for a deletion its last state.</param>
public readonly record struct WatchChange<T>(WatchEventType Type, T Object)
    where T : class, IApiObject
{
    /// <summary>Where the collection stands after this step.</summary>
    public string ResourceVersion => Object.Metadata.ResourceVersion;
}
