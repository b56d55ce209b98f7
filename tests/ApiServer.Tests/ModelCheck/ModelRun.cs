using System.Diagnostics;

namespace MiniK8s.ApiServer.Tests.ModelCheck;

/// <summary>Random calls, each compared with what the model allows.</summary>
/// <remarks>
/// One thing is caused at a time, so history is known exactly; but a read may be overtaken by writes and by the cache's progress, and a
/// read that waits for the cache is let wait until the run moves it on, or until its time is up. A run is repeated by its seed, as far as
/// the server's answers, where it may choose, are the same.
/// </remarks>
internal sealed class ModelRun
{
    private const int MaxWatches = 6;
    private const int MaxLag = 40;
    private const int CheckEvery = 25;
    private const int TraceLength = 25;
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(1);

    private readonly ModelServer _server;
    private readonly Model _model;
    private readonly ReadRules _rules;
    private readonly Draw _draw;
    private readonly Writes _writes;
    private readonly List<(Scope Scope, int Limit, Token Token)> _pages = [];
    private readonly List<WatchCheck> _watches = [];
    private readonly Queue<string> _trace = [];
    private readonly SortedDictionary<string, int> _outcomes = new(StringComparer.Ordinal);
    private int _calls;

    public ModelRun(ModelServer server, int seed)
    {
        (_server, _model, _draw) = (server, new Model(server.Start, ModelServer.Remembered), new Draw(seed));
        (_rules, _writes) = (new ReadRules(_model), new Writes(_draw, _model, server));
    }

    /// <summary>How often each sort of answer was given.</summary>
    public IReadOnlyDictionary<string, int> Outcomes => _outcomes;

    /// <summary>Makes so many calls, or one or two more.</summary>
    /// <exception cref="MismatchException">One was not answered as the model allows.</exception>
    public async Task RunAsync(int calls)
    {
        try
        {
            for (var step = 0; _calls < calls; step++)
            {
                await StepAsync();
                if (_model.Now.Head - _model.Now.Cached > MaxLag) await ReleaseAsync(_model.Now.Head - _draw.Below(MaxLag));
                if (step % CheckEvery == 0) await CheckWatchesAsync();
            }
            await ReleaseAsync(_model.Now.Head);
            await CheckWatchesAsync();
        }
        catch (MismatchException ex)
        {
            throw new MismatchException(Told(ex.Message));
        }
        catch (TimeoutException ex)
        {
            throw new TimeoutException(Told(ex.Message), ex);
        }
        finally
        {
            foreach (var watch in _watches) await watch.DisposeAsync();
        }
    }

    private Task StepAsync()
    {
        if (_draw.Below(150) == 0) return CompactAsync();
        return _draw.Below(40) switch
        {
            < 7 => WriteAsync(),
            < 16 => ReadAsync(_draw.Get(_model)),
            < 30 => ReadAsync(_draw.List(_model)),
            < 35 when _pages.Count > 0 => ReadAsync(NextPage()),
            < 35 => ReadAsync(_draw.List(_model)),
            35 when _draw.Below(4) == 0 => DeleteCollectionAsync(),
            < 37 => ReleaseThenReadAsync(),
            37 or 38 => WatchAsync(_draw.Watch(_model)),
            _ => _watches.Count > 0 ? UnwatchAsync() : WriteAsync(),
        };
    }

    private async Task WriteAsync()
    {
        Note("write");
        await _writes.AnyAsync();
        Count("write");
    }

    private async Task DeleteCollectionAsync()
    {
        Note("deletecollection");
        await ReleaseAsync(_model.Now.Head);
        await _writes.DeleteCollectionAsync();
        Count("deletecollection");
    }

    private async Task ReleaseThenReadAsync()
    {
        await ReleaseSomeAsync();
        await ReadAsync(_draw.List(_model));
    }

    private async Task ReadAsync(Read read)
    {
        Note($"GET {read.Target}");
        var begin = _model.Now;
        var call = _server.SendAsync(HttpMethod.Get, read.Target, null);
        await OvertakeAsync();
        // By now, since the server may ask only now how far the store is.
        var isOutOfTime = await MoveOnAsync(call, read.Needs(_model.Now));
        var answer = await call.OrMissing($"the answer to GET {read.Target}");
        Note($"  {answer.Code} at {_model.Now}");

        if (_rules.Fault(read, begin, _model.Now, isOutOfTime, answer) is { } fault) throw new MismatchException($"GET {read.Target} from {begin}: {fault}; but it is {answer}");
        if (_rules.Next(read, answer) is { } token) _pages.Add((read.Scope, read.Limit, token));
        Count($"{(read.Name.Length > 0 ? "get" : read.From is null ? "list" : "page")} {(read.From?.Revision == -1 ? "of what is left" : read.Freshness)} {answer.Code}{(isOutOfTime ? " out of time" : "")}");
    }

    // Others write, and the cache learns of it, while a read is under way.
    private async Task OvertakeAsync()
    {
        for (var left = int.Max(0, _draw.Below(6) - 3); left > 0; left--)
        {
            if (_draw.Below(2) == 0) await WriteAsync();
            else await ReleaseSomeAsync();
        }
    }

    // What waits for the cache gets there, or its time passes; true for that.
    private async Task<bool> MoveOnAsync(Task call, long needed)
    {
        if (_model.Now.Cached >= needed) return false;
        var isReachable = needed <= _model.Now.Head + 3;
        if (!isReachable || _draw.Below(6) == 0)
        {
            Note("  time passes");
            await _server.LetTimePassAsync(call);
            return true;
        }
        while (_model.Now.Head < needed) await WriteAsync();
        await ReleaseAsync(needed);
        return false;
    }

    private Read NextPage()
    {
        var (scope, limit, token) = _pages[^1];
        _pages.RemoveAt(_pages.Count - 1);
        // Some are left for later, when the state they show may be gone.
        if (_draw.Below(8) == 0) _pages.Insert(0, (scope, limit, token));
        if (_pages.Count > 50) (scope, limit, token) = _pages[0];
        if (_pages.Count > 50) _pages.RemoveAt(0);
        return new Read(scope, "", token.Revision < 0 ? Freshness.Newest : Freshness.Exact, long.Max(0, token.Revision), "", limit, token);
    }

    private async Task WatchAsync(Watch watch)
    {
        if (_watches.Count == MaxWatches) await UnwatchAsync();
        Note($"GET {watch.Target}");
        var (begin, before) = (_model.Now, _server.WatchesOf(watch.Scope.Kind));
        var opening = _server.WatchAsync(watch.Target);
        var follower = await opening.OrMissing($"the headers of {watch.Target}");
        var refusal = await RefusalAsync(watch, begin, follower);
        if (refusal is not null)
        {
            await follower.DisposeAsync();
            Count($"watch {watch.Begins} refused {refusal}");
            return;
        }
        await Eventually(() => _server.WatchesOf(watch.Scope.Kind) == before + 1, $"{watch.Target} in the cache");
        var check = new WatchCheck(watch, _model, follower, _model.Now.Cached);
        _watches.Add(check);
        await check.CheckAsync();
        Count($"watch {watch.Begins}");
    }

    // 504 in the stream when the cache does not get where it must; 410 when it has forgotten where the watch begins.
    private async Task<int?> RefusalAsync(Watch watch, Moment begin, Follower follower)
    {
        if (_model.Now.Cached < watch.Needs(begin))
        {
            if (!await MoveOnAsync(follower.FirstAsync(), watch.Needs(begin))) return null;
            var late = await follower.NextAsync($"504 of {watch.Target}");
            return ((string?)late["type"], (int?)late["object"]!["code"], (string?)late["object"]!["reason"]) == ("ERROR", 504, "Timeout")
                ? 504 : throw new MismatchException($"{watch.Target} cannot begin, and tells {late.ToJsonString()}");
        }
        if (watch.Begins != Beginning.Changes || _model.Remembers(watch.Scope.Kind, _model.Now.Cached, watch.Revision)) return null;
        var expired = await follower.NextAsync($"410 of {watch.Target}");
        return ((string?)expired["type"], (int?)expired["object"]!["code"], (string?)expired["object"]!["reason"]) == ("ERROR", 410, "Expired")
            ? 410 : throw new MismatchException($"{watch.Target} begins before what the cache remembers, and tells {expired.ToJsonString()}");
    }

    private async Task UnwatchAsync()
    {
        var watch = _watches[_draw.Below(_watches.Count)];
        Note($"end of {watch.Watch.Target}");
        await watch.CheckAsync();
        var before = _server.WatchesOf(watch.Watch.Scope.Kind);
        _watches.Remove(watch);
        await watch.DisposeAsync();
        await Eventually(() => _server.WatchesOf(watch.Watch.Scope.Kind) == before - 1, $"{watch.Watch.Target} to leave the cache");
    }

    private async Task CheckWatchesAsync()
    {
        foreach (var watch in _watches) await watch.CheckAsync();
    }

    private async Task CompactAsync()
    {
        var revision = long.Max(_model.Now.Compacted, _model.Now.Cached - _draw.Below(100));
        if (revision <= long.Max(_model.Start, _model.Now.Compacted)) return;
        Note($"compaction at {revision}");
        await _server.CompactAsync(revision);
        _model.Compact(revision);
    }

    private Task ReleaseSomeAsync() => ReleaseAsync(_model.Now.Cached + _draw.Below((int)(_model.Now.Head - _model.Now.Cached) + 1));

    private async Task ReleaseAsync(long revision)
    {
        if (revision <= _model.Now.Cached) return;
        Note($"  the cache at {revision}");
        await _server.ReleaseAsync(revision);
        _model.Cache(revision);
    }

    private static async Task Eventually(Func<bool> condition, string what)
    {
        var began = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(began) > Patience.Limit) throw new TimeoutException($"Missing after {Patience.Limit.TotalSeconds} s: {what}.");
            await Task.Delay(Poll);
        }
    }

    private string Told(string what) => $"{what}\nat {_model.Now}, after\n{string.Join('\n', _trace)}";

    private void Count(string outcome)
    {
        _calls++;
        _outcomes[outcome] = _outcomes.GetValueOrDefault(outcome) + 1;
    }

    private void Note(string step)
    {
        _trace.Enqueue(step);
        if (_trace.Count > TraceLength) _trace.Dequeue();
    }
}
