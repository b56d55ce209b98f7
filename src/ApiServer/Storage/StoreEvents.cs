using MiniK8s.Protocol.Etcd;

namespace MiniK8s.ApiServer.Storage;

/// <summary>Changes in the order of their revisions; all changes of one revision come together.</summary>
/// <param name="Revision">Everything up to here has now been seen.</param>
/// <param name="Events">May be empty.</param>
internal sealed record StoreEvents(long Revision, IReadOnlyList<Event> Events);
