using Google.Protobuf;

using Grpc.Core;

using MiniK8s.Protocol.Etcd;
using MiniK8s.Robustness.Tests.History;
using MiniK8s.Robustness.Tests.Model;

namespace MiniK8s.Robustness.Tests.Checking;

/// <summary>What every rule needs of a history, worked out once: the replayed log, who wrote which revision, what was known when.</summary>
internal sealed class Evidence
{
    private readonly Dictionary<long, long> _compactTargets;        // and when each was first asked for

    /// <summary>Works it out.</summary>
    public Evidence(RunHistory history, CheckOptions options)
    {
        (History, Options, Timeline) = (history, options, new Timeline(history.Log));
        var answered = history.Calls.Where(call => RevisionOf(call) > 0).Select(call => (call.End, RevisionOf(call))).ToList();
        var shown = answered.Concat(ShownByWatches(history)).ToList();
        (Shown, Answered) = (new TimeBound(shown, none: 1), new TimeBound(answered, none: 1));
        var compactions = history.Calls.Where(call => call.Request is CompactionRequest).ToList();
        Compacted = new TimeBound(compactions.Where(call => call.Answer is not null).Select(call => (call.End, CompactTarget(call))), none: -1);
        var possible = compactions.Where(IsPossible).ToList();
        MayBeCompacted = new TimeBound(possible.Select(call => (call.Start, CompactTarget(call))), none: -1);
        _compactTargets = possible.GroupBy(CompactTarget).ToDictionary(target => target.Key, target => target.Min(call => call.Start));
        Visibility = new Visibility(this, shown);
        Settlement = new Settlement(this);
    }

    /// <summary>The history.</summary>
    public RunHistory History { get; }

    /// <summary>How strict to be.</summary>
    public CheckOptions Options { get; }

    /// <summary>The log, replayed.</summary>
    public Timeline Timeline { get; }

    /// <summary>The newest revision that somebody had been shown by a moment.</summary>
    public TimeBound Shown { get; }

    /// <summary>The newest revision that a call had been answered with by a moment.</summary>
    public TimeBound Answered { get; }

    /// <summary>The newest compaction acknowledged by a moment.</summary>
    public TimeBound Compacted { get; }

    /// <summary>The newest compaction asked for by a moment, whatever became of it.</summary>
    public TimeBound MayBeCompacted { get; }

    /// <summary>When each revision was first seen, and last not seen.</summary>
    public Visibility Visibility { get; }

    /// <summary>Who wrote which revision.</summary>
    public Settlement Settlement { get; }

    /// <summary>Whether the server is known for this.</summary>
    public bool Allows(Leeway leeway) => Options.Leeway.HasFlag(leeway);

    /// <summary>Whether a watch that was served by a moment may have lacked the change.</summary>
    public bool MayBeUnwatchable(KeyValue change, long by = long.MaxValue) => Allows(Leeway.DeletionsAtTheCompactRevision)
        && change.Version == 0 && _compactTargets.TryGetValue(change.ModRevision, out var asked) && asked < by;

    /// <summary>The header revision of an answer; 0 when there is none.</summary>
    public static long RevisionOf(CallLine call) => call.Answer switch
    {
        RangeResponse range => range.Header?.Revision ?? 0,
        PutResponse put => put.Header?.Revision ?? 0,
        DeleteRangeResponse delete => delete.Header?.Revision ?? 0,
        TxnResponse txn => txn.Header?.Revision ?? 0,
        CompactionResponse compaction => compaction.Header?.Revision ?? 0,
        LeaseGrantResponse grant => grant.Header?.Revision ?? 0,
        LeaseRevokeResponse revoke => revoke.Header?.Revision ?? 0,
        LeaseKeepAliveResponse keepAlive => keepAlive.Header?.Revision ?? 0,
        LeaseTimeToLiveResponse life => life.Header?.Revision ?? 0,
        HashKVResponse hash => hash.Header?.Revision ?? 0,
        _ => 0,
    };

    /// <summary>Whether the server refused: nothing was done, for certain. Other errors leave it open.</summary>
    public static bool IsRefused(CallLine call) => call.Error is { } error && (error.Code switch
    {
        StatusCode.InvalidArgument or StatusCode.NotFound or StatusCode.OutOfRange or StatusCode.FailedPrecondition
            or StatusCode.AlreadyExists or StatusCode.Unimplemented => true,
        StatusCode.ResourceExhausted => error.Text.StartsWith("etcdserver:", StringComparison.Ordinal),
        _ => false,
    });

    /// <summary>Whether it is open what became of the call.</summary>
    public static bool IsOpen(CallLine call) => call.Answer is null && !IsRefused(call);

    /// <summary>Whether the call may have changed keys.</summary>
    public static bool IsWrite(CallLine call) => call.Request is PutRequest or DeleteRangeRequest or TxnRequest;

    /// <summary>Names a call in messages.</summary>
    public static string Name(CallLine call)
    {
        var outcome = call.Answer is not null ? $"answered at revision {RevisionOf(call)}" : call.Error is { } error ? $"failed with {error.Code} \"{error.Text}\"" : "never answered";
        return $"call {call.Id} of client {call.Client} ({Shorten(call.Request)}, {call.Start}..{call.End} µs, {outcome})";
    }

    /// <summary>A message as text of bounded length.</summary>
    public static string Shorten(IMessage? message)
    {
        var text = message is null ? "nothing" : $"{message.Descriptor.Name} {message}";
        return text.Length <= 400 ? text : string.Concat(text.AsSpan(0, 400), "…");
    }

    private static bool IsPossible(CallLine call) => call.Answer is not null || IsOpen(call);

    private static long CompactTarget(CallLine call) => ((CompactionRequest)call.Request).Revision;

    private static IEnumerable<(long, long)> ShownByWatches(RunHistory history) => history.Watches
        .SelectMany(watch => watch.Responses).Where(line => line.Response.Events.Count > 0)
        .Select(line => (line.At, line.Response.Events.Max(shown => shown.Kv.ModRevision)));
}

/// <summary>How strict the checker is.</summary>
internal sealed record CheckOptions
{
    /// <summary>How long a lease may outlive its time: 1 s.</summary>
    public TimeSpan LeaseLateness { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Whose hash is recounted from the log: etcd's.</summary>
    public Func<IReadOnlyList<LogLine>, IHashRecount> Recount { get; init; } = log => new EtcdHashRecount(log);

    /// <summary>What the server is known to promise less than the invariants say: nothing.</summary>
    public Leeway Leeway { get; init; }
}
