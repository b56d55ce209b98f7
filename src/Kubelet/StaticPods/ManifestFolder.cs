namespace MiniK8s.Kubelet.StaticPods;

/// <summary>A folder of manifests: its regular files that do not begin with a dot, by name; folders in it are passed over [pkg/kubelet/config/file.go].</summary>
internal sealed class ManifestFolder : IDisposable
{
    private const int LargestFile = 10 << 20;

    private readonly string _path;
    private readonly FileSystemWatcher _watcher;

    /// <summary>Makes the folder if it is not there.</summary>
    /// <param name="path">Where it is.</param>
    /// <param name="changed">Called when something in it changes; now and then without need.</param>
    public ManifestFolder(string path, Action changed)
    {
        _path = Directory.CreateDirectory(path).FullName;
        _watcher = new FileSystemWatcher(_path);
        _watcher.Created += (_, _) => changed();
        _watcher.Changed += (_, _) => changed();
        _watcher.Deleted += (_, _) => changed();
        _watcher.Renamed += (_, _) => changed();
        _watcher.EnableRaisingEvents = true;
    }

    /// <summary>Every manifest's full name and content, or why it cannot be read.</summary>
    public async IAsyncEnumerable<(string File, byte[] Content, string? Error)> ReadAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        foreach (var file in new DirectoryInfo(_path).EnumerateFiles().Where(file => file.Name[0] != '.').OrderBy(file => file.Name, StringComparer.Ordinal))
        {
            if (file.Length > LargestFile) yield return (file.FullName, [], $"it is larger than {LargestFile >> 20} MiB");
            else yield return await ReadAsync(file.FullName, ct);
        }
    }

    public void Dispose() => _watcher.Dispose();

    private static async Task<(string File, byte[] Content, string? Error)> ReadAsync(string file, CancellationToken ct)
    {
        try
        {
            return (file, await File.ReadAllBytesAsync(file, ct), null);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return (file, [], exception.Message);
        }
    }
}
