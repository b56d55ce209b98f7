namespace MiniK8s.Store.Wal;

/// <summary>How a damaged file is reported: which one, where, why, and what to do.</summary>
internal static class Damage
{
    /// <summary>The refusal to start on it.</summary>
    public static InvalidDataException At(string file, long offset, string why, Exception? inner = null) => new(
        $"{file} is damaged at offset {offset}: {why}. Put the data directory back from a copy, or move it away to start empty.", inner);
}
