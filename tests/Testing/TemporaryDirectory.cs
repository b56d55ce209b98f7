namespace MiniK8s.Testing;

/// <summary>A directory of the test's own, removed with it.</summary>
public sealed class TemporaryDirectory : IDisposable
{
    public TemporaryDirectory()
        : this(Directory.CreateTempSubdirectory("mk8s-test-").FullName)
    {
    }

    private TemporaryDirectory(string path) => Path = path;

    public string Path { get; }

    /// <summary>One in memory where the machine has such a place: for servers whose speed on disk is of no interest.</summary>
    public static TemporaryDirectory InMemory()
    {
        const string Shared = "/dev/shm";
        if (!Directory.Exists(Shared)) return new TemporaryDirectory();
        var path = System.IO.Path.Combine(Shared, $"mk8s-test-{Guid.NewGuid():N}");
        return new TemporaryDirectory(Directory.CreateDirectory(path).FullName);
    }

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
