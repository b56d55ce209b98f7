namespace MiniK8s.Cluster.Tests.Golden;

/// <summary>Plays every chapter, a few at once, since much of a session is spent waiting for Pods; a test awaits its own.</summary>
public sealed class GoldenStage(SharedLab shared) : IAsyncLifetime
{
    private const int AtOnce = 6;

    // It makes a node unschedulable, which the others would see; so it comes last.
    private const string Last = "nodes";

    private readonly SemaphoreSlim _room = new(AtOnce);
    private readonly Dictionary<string, Task> _plays = [];

    /// <summary>Returns when the chapter has been played to its end; throws every step that printed something else.</summary>
    /// <param name="chapters">All that are to be played; the first call starts them.</param>
    public Task PlayAsync(string chapter, IReadOnlyCollection<string> chapters)
    {
        if (_plays.Count == 0)
        {
            foreach (var name in chapters.Where(name => name != Last)) _plays[name] = PlayAsync(GoldenFiles.Read(name));
            _plays[Last] = PlayLastAsync(Task.WhenAll(_plays.Values));
        }
        return _plays[chapter];
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await Task.WhenAll(_plays.Values).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _room.Dispose();
    }

    private async Task PlayLastAsync(Task others)
    {
        await others.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await PlayAsync(GoldenFiles.Read(Last));
    }

    private async Task PlayAsync(Chapter chapter)
    {
        await _room.WaitAsync();
        try
        {
            await shared.OpenNamespaceAsync(chapter.Name);
            using var shell = await Shell.OpenAsync(shared.Lab, chapter.Name);
            await ChapterPlay.RunAsync(chapter, GoldenFiles.Sessions, shell, new Normaliser(shell.Folder));
        }
        finally
        {
            // Whatever still runs there makes room for the next.
            await shared.Lab.KubectlAsync("delete", "namespace", chapter.Name, "--wait=false");
            _room.Release();
        }
    }
}
