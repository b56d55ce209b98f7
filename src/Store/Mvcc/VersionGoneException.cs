namespace MiniK8s.Store.Mvcc;

/// <summary>A version was compacted away after the read of it began: the snapshot that led to it is too old. Read again, from the newest one.</summary>
internal sealed class VersionGoneException(string message) : Exception(message);
