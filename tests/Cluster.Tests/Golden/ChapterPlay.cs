using MiniK8s.ClusterKit;

namespace MiniK8s.Cluster.Tests.Golden;

/// <summary>Types a chapter's commands into a shell, one after the other, and compares what they print.</summary>
/// <remarks>With MINIK8S_GOLDEN_RECORD=1 a step that printed something else is rewritten in its file, to be reviewed as a diff.</remarks>
internal static class ChapterPlay
{
    private static readonly bool IsRecording = Environment.GetEnvironmentVariable("MINIK8S_GOLDEN_RECORD") == "1";

    // What is repeated settles well within this on a busy machine; recording has nothing to compare with and takes what is there then.
    private static readonly TimeSpan Settling = IsRecording ? TimeSpan.FromSeconds(4) : Eventually.Patience;

    // Many chapters are played at once, and each repetition is a process: what does not come at once is asked for less and less often.
    private static readonly TimeSpan FirstPoll = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPoll = TimeSpan.FromMilliseconds(500);

    /// <summary>Returns when the chapter has been played to its end; throws every step that printed something else.</summary>
    /// <param name="files">Where the chapter lies.</param>
    public static async Task RunAsync(Chapter chapter, SessionFiles files, Shell shell, Normaliser normaliser)
    {
        var (played, differences) = (new List<Step>(), new List<string>());
        foreach (var step in chapter.Steps)
        {
            var printed = await RunAsync(step, shell, normaliser);
            var isAsExpected = printed.Matches(step.Expected);
            played.Add(isAsExpected ? step : step with { Expected = printed });
            if (!isAsExpected) differences.Add(Difference.Between(step, printed));
        }
        if (differences.Count == 0) return;
        if (IsRecording) files.Write(chapter with { Steps = played });
        else Assert.Fail($"{differences.Count} of {chapter.Steps.Count} steps of {chapter.Name} print something else (- expected, + printed):\n\n{string.Join('\n', differences)}");
    }

    private static async Task<Printed> RunAsync(Step step, Shell shell, Normaliser normaliser)
    {
        using var patience = new CancellationTokenSource(step.IsRepeated ? Settling : TimeSpan.Zero);
        for (var poll = FirstPoll; ; poll = poll * 2 < LongestPoll ? poll * 2 : LongestPoll)
        {
            var printed = Printed.Of(await shell.RunAsync(step.Command), normaliser);
            if (!step.IsRepeated || printed.Matches(step.Expected) || patience.IsCancellationRequested) return printed;
            await Task.Delay(poll);
        }
    }
}
