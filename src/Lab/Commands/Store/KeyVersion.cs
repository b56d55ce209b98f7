using MiniK8s.Protocol.Etcd;

namespace MiniK8s.Lab.Commands.Store;

/// <summary>What became of a key at a revision.</summary>
/// <param name="Revision">The store's revision of the write.</param>
/// <param name="Written">The key with its value; null when it was deleted.</param>
internal sealed record KeyVersion(long Revision, KeyValue? Written)
{
    public static KeyVersion Of(Event change) => new(change.Kv.ModRevision, change.Type == Event.Types.EventType.Put ? change.Kv : null);
}
