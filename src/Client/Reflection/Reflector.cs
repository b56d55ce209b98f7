using Microsoft.Extensions.Logging;

using MiniK8s.Api.Errors;
using MiniK8s.Protocol;
using MiniK8s.Protocol.V1;

namespace MiniK8s.Client.Reflection;

/// <summary>Keeps a sink equal to the server's collection: lists once, then follows the watch.</summary>
/// <remarks>
/// the pass ended with         | next pass | failures in a row
/// ----------------------------+-----------+------------------------------
/// Listed                      | Watch     | unchanged
/// Closed                      | Watch     | 0 if it moved forward, else +1
/// Expired (version compacted) | List      | 0 if it moved forward, else +1
/// Faulted                     | the same  | 0 if it moved forward, else +1
/// </remarks>
internal sealed partial class Reflector<T>(
    IListerWatcher<T> source, IReflectorSink<T> sink, BackoffOptions backoff, TimeProvider time, Random random, ILogger logger)
    where T : class, IApiObject
{
    private static readonly string Kind = typeof(T).Name;
    private string _resourceVersion = "";     // opaque: kept, sent back, compared for equality

    public async Task RunAsync(CancellationToken stopping)
    {
        var step = new ReflectorStep(Pass.List, Failures: 0);
        while (!stopping.IsCancellationRequested)
        {
            var from = _resourceVersion;
            var end = await RunPassAsync(step.Pass, stopping);
            step = step.After(end, moved: _resourceVersion != from);
            if (end != PassEnd.Listed) await WaitAsync(backoff.After(step.Failures, random.NextDouble()), stopping);
        }
    }

    // Turns every exception but stopping into a PassEnd.
    private async Task<PassEnd> RunPassAsync(Pass pass, CancellationToken stopping)
    {
        try
        {
            return pass == Pass.List ? await ListAsync(stopping) : await WatchAsync(stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return PassEnd.Closed;
        }
        catch (ApiException ex) when (ex.Status.Code == 410)
        {
            LogExpired(logger, Kind, _resourceVersion);
            return PassEnd.Expired;
        }
        catch (Exception ex)
        {
            LogPassFailed(logger, Kind, pass, ex.Message);
            return PassEnd.Faulted;
        }
    }

    private async Task<PassEnd> ListAsync(CancellationToken stopping)
    {
        var list = await source.ListAsync(stopping);
        await sink.ReplaceAsync(list.Items, stopping);
        _resourceVersion = list.ResourceVersion;
        LogListed(logger, Kind, list.Items.Count, list.ResourceVersion);
        return PassEnd.Listed;
    }

    private async Task<PassEnd> WatchAsync(CancellationToken stopping)
    {
        await foreach (var change in source.WatchAsync(_resourceVersion, stopping))
        {
            // The sink first, the position second: a sink that throws sees the change again.
            if (change.Type != WatchEventType.Bookmark) await sink.ApplyAsync(change, stopping);
            _resourceVersion = change.ResourceVersion;
        }
        return PassEnd.Closed;
    }

    private async Task WaitAsync(TimeSpan delay, CancellationToken stopping)
    {
        if (delay > TimeSpan.Zero)
            await Task.Delay(delay, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Kind}: listed {Count} at {Revision}")]
    private static partial void LogListed(ILogger logger, string kind, int count, string revision);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Kind}: {Revision} is no longer kept, listing again")]
    private static partial void LogExpired(ILogger logger, string kind, string revision);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Kind}: {Pass} failed, will retry: {Reason}")]
    private static partial void LogPassFailed(ILogger logger, string kind, Pass pass, string reason);
}
