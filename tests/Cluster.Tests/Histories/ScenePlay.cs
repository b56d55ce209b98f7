using System.Diagnostics;
using System.Text;

using MiniK8s.ClusterKit;

namespace MiniK8s.Cluster.Tests.Histories;

/// <summary>One scene on its way.</summary>
/// <param name="read">Its history so far.</param>
internal sealed class ScenePlay(HistoryScene scene, SharedLab shared, Func<History> read)
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);

    private Exception? _failure;

    public HistoryScene Scene => scene;

    /// <summary>Returns when everything expected has come, or will not come any more; never throws.</summary>
    /// <param name="quiet">Set when there is nothing to expect: how long nothing must have come.</param>
    public async Task RunAsync(TimeSpan? quiet)
    {
        try
        {
            await shared.OpenNamespaceAsync(scene.Namespace);
            var created = await shared.Rest.SendAsync(HttpMethod.Post, $"/api/v1/namespaces/{scene.Namespace}/pods", Encoding.UTF8.GetBytes(scene.Manifest), "application/yaml");
            if (created.Code != 201) throw new InvalidOperationException($"The Pod is refused: {created.Body}");
            await ActAsync();
            if (quiet is { } period) await UntilQuietAsync(period);
            else await Eventually.TrueAsync(() => scene.Expected.DifferenceTo(read()) is null, "what is expected");
        }
        catch (Exception exception)
        {
            _failure = exception;
        }
    }

    /// <summary>What went otherwise; null if nothing did. When recording, the file is made to say what was seen.</summary>
    public string? Judge(bool isRecording)
    {
        var seen = read();
        if (scene.Expected.DifferenceTo(seen) is not { } difference) return _failure?.ToString();
        if (!isRecording) return $"{scene.Name} went otherwise (- expected, + seen). {_failure?.Message}\n\n{difference}";
        SceneFiles.Write(scene with { Expected = seen });
        return _failure?.ToString();
    }

    private async Task ActAsync()
    {
        var before = new History([], []);
        foreach (var action in scene.Actions)
        {
            await Eventually.TrueAsync(() => HasCome(action.Condition, before), $"{action.Condition} in {scene.Name}");
            before = read();
            await action.DoAsync(shared.Rest, scene.Namespace);
        }
    }

    private bool HasCome(string condition, History before)
    {
        var seen = read();
        var fresh = seen.Updates.Skip(before.Updates.Count).SelectMany(update => update.Lines).Concat(seen.Events.Except(before.Events));
        return fresh.Any(line => line.Contains(condition, StringComparison.Ordinal));
    }

    private async Task UntilQuietAsync(TimeSpan period)
    {
        var (last, since) = (read(), Stopwatch.StartNew());
        while (since.Elapsed < period)
        {
            await Task.Delay(Poll);
            if (ReferenceEquals(last, read())) continue;
            last = read();
            since.Restart();
        }
    }
}
