using MiniK8s.ClusterKit;

namespace MiniK8s.Cluster.Tests.Golden;

/// <summary>Plays every chapter, a few at once, since much of a session is spent waiting for Pods; a test awaits its own.</summary>
/// <remarks>With MINIK8S_GOLDEN_RECORD=1 a step that printed something else is rewritten in its file, to be reviewed as a diff.</remarks>
public sealed class GoldenStage(SharedLab shared) : IAsyncDisposable
{
    private const int AtOnce = 6;

    // It makes a node unschedulable, which the others would see; so it comes last.
    private const string Last = "nodes";

    private static readonly bool IsRecording = Environment.GetEnvironmentVariable("MINIK8S_GOLDEN_RECORD") == "1";

    // What is repeated settles well within this on a busy machine; recording has nothing to compare with and takes what is there then.
    private static readonly TimeSpan Settling = IsRecording ? TimeSpan.FromSeconds(4) : Eventually.Patience;
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);

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

    public async ValueTask DisposeAsync()
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
            await PlayAsync(chapter, shell);
        }
        finally
        {
            // Whatever still runs there makes room for the next.
            await shared.Lab.KubectlAsync("delete", "namespace", chapter.Name, "--wait=false");
            _room.Release();
        }
    }

    private static async Task PlayAsync(Chapter chapter, Shell shell)
    {
        var normaliser = new Normaliser(shell.Folder);
        var (played, differences) = (new List<Step>(), new List<string>());
        foreach (var step in chapter.Steps)
        {
            var printed = await PlayAsync(step, shell, normaliser);
            var isAsExpected = printed.Matches(step.Expected);
            played.Add(isAsExpected ? step : step with { Expected = printed });
            if (!isAsExpected) differences.Add(Difference.Between(step, printed));
        }
        if (differences.Count == 0) return;
        if (IsRecording) GoldenFiles.Write(chapter with { Steps = played });
        else Assert.Fail($"{differences.Count} of {chapter.Steps.Count} steps of {chapter.Name} print something else (- expected, + printed):\n\n{string.Join('\n', differences)}");
    }

    private static async Task<Printed> PlayAsync(Step step, Shell shell, Normaliser normaliser)
    {
        using var patience = new CancellationTokenSource(step.IsRepeated ? Settling : TimeSpan.Zero);
        while (true)
        {
            var printed = Printed.Of(await shell.RunAsync(step.Command), normaliser);
            if (!step.IsRepeated || printed.Matches(step.Expected) || patience.IsCancellationRequested) return printed;
            await Task.Delay(Poll);
        }
    }
}
