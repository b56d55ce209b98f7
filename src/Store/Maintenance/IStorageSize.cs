namespace MiniK8s.Store.Maintenance;

/// <summary>How much room the data take on disk. Cheap to ask: every put does.</summary>
internal interface IStorageSize
{
    /// <summary>Bytes of all files that hold data, without room that is only set aside; what the quota is held against.</summary>
    long DbSize { get; }

    /// <summary>Bytes of these that a defragmentation would leave.</summary>
    long DbSizeInUse { get; }
}
