namespace MiniK8s.Store.Snapshots;

/// <summary>`mk8s store restore`: makes a data directory out of a snapshot file.</summary>
public static class SnapshotRestore
{
    /// <summary>What the snapshot is called in the directory until the store's first start has taken it in.</summary>
    internal const string FileName = "restored.mk8s";

    /// <summary>Checks the snapshot and makes the directory, from which a store then starts as a new cluster with the old keys.</summary>
    /// <returns>What is in it, in a sentence.</returns>
    /// <exception cref="InvalidDataException">The file is no snapshot of this store, or not whole; the message says what to do.</exception>
    /// <exception cref="IOException">The directory is not empty, or a file cannot be read or written.</exception>
    public static string Into(string file, string dataDirectory)
    {
        string summary;
        using (var snapshot = SnapshotReader.Open(file))
        {
            var compacted = snapshot.CompactRevision < 0 ? "never compacted" : $"compacted at {snapshot.CompactRevision}";
            summary = $"{dataDirectory} holds revision {snapshot.Revision}, {compacted}";
        }
        if (Directory.Exists(dataDirectory) && Directory.EnumerateFileSystemEntries(dataDirectory).Any())
        {
            throw new IOException($"{dataDirectory} is not empty: name a new directory, so that no data are overwritten.");
        }

        using var directory = Wal.DataDirectory.Open(dataDirectory);
        var target = Path.Combine(directory.Path, FileName);
        File.Copy(file, target + ".tmp");
        using (var copy = new FileStream(target + ".tmp", FileMode.Open, FileAccess.ReadWrite)) copy.Flush(flushToDisk: true);
        File.Move(target + ".tmp", target);
        directory.Sync();
        return summary;
    }
}
