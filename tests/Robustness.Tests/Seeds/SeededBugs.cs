using Google.Protobuf;

using Grpc.Core;

using MiniK8s.Protocol.Etcd;
using MiniK8s.Robustness.Tests.History;
using MiniK8s.Robustness.Tests.Model;

namespace MiniK8s.Robustness.Tests.Seeds;

/// <summary>Ways in which a store could go wrong, each as a change of a good history, with the invariants that are then broken.</summary>
internal static class SeededBugs
{
    private static readonly ByteString All = ByteString.CopyFrom(0);

    /// <summary>The bugs by name: the invariant that the checker must name, those it may name in consequence, and what to do to the history.</summary>
    public static IReadOnlyDictionary<string, (int Invariant, int[] Consequences, Action<Tampering> Apply)> Table { get; } =
        new Dictionary<string, (int, int[], Action<Tampering>)>
    {
        ["an acknowledged write is lost at the end of the log"] = (5, [17], LoseTheEnd),
        ["an acknowledged write has another value in the log"] = (5, [7, 8, 10, 17, 20], ChangeLoggedValue),
        ["a revision is given to two writes"] = (1, [4, 5, 6, 8], ReuseRevision),
        ["a revision is missing in the log"] = (1, [2, 3, 5, 6, 7, 8, 17, 20], LeaveHole),
        ["a revision of the log changes nothing"] = (1, [5], EmptyRevision),
        ["half a transaction is in the log"] = (2, [3, 7, 8, 17, 20], HalveLogged),
        ["half a transaction is visible to a range"] = (2, [], HalveVisible),
        ["half a transaction is visible to a watch"] = (2, [23], HalveWatched),
        ["a version is wrong in the log"] = (3, [5], t => Log(t, kv => kv.Version += 1)),
        ["a create revision is wrong in the log"] = (3, [5], t => Log(t, kv => kv.CreateRevision -= 1)),
        ["a version is wrong in a range"] = (3, [], t => AnswerRange(t, answer => answer.Kvs[0].Version++)),
        ["a create revision is wrong in a range"] = (3, [], t => AnswerRange(t, answer => answer.Kvs[0].CreateRevision--)),
        ["a read is stale, and says so"] = (4, [11], StaleRead),
        ["a read is stale, and says it is not"] = (7, [], StaleReadInDisguise),
        ["a write is answered with an older revision than was shown"] = (4, [1, 5, 6, 8, 11], StaleWrite),
        ["a refused write is done"] = (5, [], DoRefused),
        ["nobody asked for a write"] = (5, [], DoUnasked),
        ["an open write is done twice"] = (6, [], DoTwice),
        ["the count of a range is wrong"] = (7, [], t => AnswerRange(t, answer => answer.Count++)),
        ["more of a range is wrong"] = (7, [], t => AnswerRange(t, answer => answer.More = !answer.More)),
        ["a range is out of order"] = (7, [], t => AnswerRange(t, answer => (answer.Kvs[0], answer.Kvs[1]) = (answer.Kvs[1], answer.Kvs[0]))),
        ["a range shows a deleted key"] = (7, [], ShowDeleted),
        ["a range at a past revision shows the present"] = (7, [], ShowPresentAsPast),
        ["a revision that was shown is said to be of the future"] = (7, [], RefuseThePast),
        ["a transaction takes the wrong branch"] = (8, [], TakeWrongBranch),
        ["a transaction's answers are in the wrong order"] = (8, [], SwapAnswers),
        ["a put is answered with a wrong previous value"] = (8, [], WrongPutAnswer),
        ["a deletion counts wrong"] = (8, [], WrongDeleteCount),
        ["a compaction takes a live key"] = (9, [], CompactLiveKey),
        ["the compact revision falls"] = (9, [], CompactBackwards),
        ["history is read that was given up"] = (9, [], ReadCompacted),
        ["history is refused that was not given up"] = (9, [], RefuseKept),
        ["an acknowledged compaction is not in the log"] = (9, [], t => t.Lines.Remove(t.Lines.OfType<LogCompactionLine>().Last())),
        ["the hash changes over a restart"] = (10, [], t => t.Answer<HashKVResponse>(t.Calls<HashKVRequest>().Last(), hash => hash.Hash ^= 1)),
        ["both hashes differ from the log"] = (10, [], WrongHashes),
        ["a lease ends too early"] = (11, [], t => t.Answer<LeaseGrantResponse>(t.Calls<LeaseGrantRequest>().First(), grant => grant.TTL = 60)),
        ["a lease ends too late"] = (11, [], ForgetRenewal),
        ["a lease leaves a key behind"] = (11, [], LeaveLeasedKey),
        ["revisions fall over a restart"] = (12, [], FallOverRestart),
        ["a watch shows what it filters out"] = (13, [], LeakDeletion),
        ["a watch shows a key out of its range"] = (13, [], LeakKey),
        ["a watch goes back to an older revision"] = (14, [17], SwapEvents),
        ["a watch shows an event twice"] = (15, [], t => t.Respond(Plain(t, 3).First(), response => response.Events.Insert(1, response.Events[0].Clone()))),
        ["a watch splits a revision"] = (16, [], SplitRevision),
        ["a watch drops an event"] = (17, [23], DropEvent),
        ["a watch shows what the log does not have"] = (17, [23], InventEvent),
        ["a watch misses the first event after its start"] = (18, [], DropFirst),
        ["a watch shows an event from before its start"] = (18, [], ShowEarlier),
        ["progress runs ahead of an event"] = (19, [], RunAhead),
        ["progress falls"] = (19, [], FallBack),
        ["an event comes after progress past it"] = (19, [17], ComeLate),
        ["a previous value is wrong"] = (20, [], t => t.Respond(Previous(t), response => WithPrevious(response).PrevKv.Version++)),
        ["a previous value is missing"] = (20, [], t => t.Respond(Previous(t), response => WithPrevious(response).PrevKv = null)),
        ["an update looks like a create"] = (20, [23], t => t.Respond(Previous(t), response => WithPrevious(response).Kv.CreateRevision = WithPrevious(response).Kv.ModRevision)),
        ["a cancelled watch goes on"] = (21, [], GoOn),
        ["a watch is cancelled without a reason"] = (21, [], CancelSilently),
        ["a watch is cancelled for a compaction it had passed"] = (21, [], CancelForNothing),
        ["a watch of the future starts early"] = (22, [], StartEarly),
        ["a watch of the future hears of progress below its start"] = (22, [], ProgressEarly),
        ["two equal watches show different values"] = (23, [17], Disagree),
    };

    private static void LoseTheEnd(Tampering t)
    {
        // Back to the newest write that was acknowledged: its revision and all after it go.
        var last = t.Lines.OfType<CallLine>().Where(call => call.Answer is { } answer && KvModel.Changed(answer)).Max(Tampering.Revision);
        t.Lines.RemoveAll(line => line is LogRevisionLine { Revision: var revision } && revision >= last);
    }

    private static void ChangeLoggedValue(Tampering t) => t.Log(Tampering.Revision(t.Calls<PutRequest>().Skip(9).First()), changes => changes[0].Value = ByteString.CopyFromUtf8("other"));

    private static void ReuseRevision(Tampering t)
    {
        var puts = t.Calls<PutRequest>().ToList();
        t.Answer<PutResponse>(puts[20], answer => answer.Header.Revision = Tampering.Revision(puts[10]));
    }

    private static void LeaveHole(Tampering t) => t.Lines.Remove(t.Logged(t.LastRevision - 50));

    private static void EmptyRevision(Tampering t) => t.Lines.Add(new LogRevisionLine(t.LastRevision + 1, []));

    private static void HalveLogged(Tampering t)
    {
        var last = t.Lines.OfType<LogRevisionLine>().Last(line => line.Changes.Count > 1 && Owner(t, line.Revision) is not null).Revision;
        t.Log(last, changes => changes.RemoveAt(1));
    }

    private static CallLine? Owner(Tampering t, long revision) =>
        t.Calls<TxnRequest>().FirstOrDefault(call => KvModel.Changed(call.Answer!) && Tampering.Revision(call) == revision);

    private static void HalveVisible(Tampering t)
    {
        var timeline = new Timeline([.. t.Lines.OfType<LogLine>()]);
        var (call, key) = t.Calls<RangeRequest>().Where(IsWhole)
            .Select(call => (call, key: timeline.ChangesAt(At(call)) is { Count: > 1 } changes ? changes.FirstOrDefault(change => change.Version > 1)?.Key : null))
            .First(pair => pair.key is not null);
        t.Answer<RangeResponse>(call, answer =>
        {
            var index = answer.Kvs.ToList().FindIndex(kv => kv.Key.Equals(key));
            answer.Kvs[index] = timeline.At(At(call) - 1).Get(key!);
        });
    }

    private static bool IsWhole(CallLine call) => call is { Request: RangeRequest { Limit: 0, CountOnly: false, RangeEnd.IsEmpty: false } };

    private static long At(CallLine call) => ((RangeRequest)call.Request).Revision is > 0 and var revision ? revision : Tampering.Revision(call);

    private static void HalveWatched(Tampering t)
    {
        var line = Plain(t, 2).First(line => line.Response.Events.GroupBy(shown => shown.Kv.ModRevision).Any(group => group.Count() > 1) && line.Response.Events.Count == 2);
        t.Respond(line, response => response.Events.RemoveAt(0));
    }

    private static void Log(Tampering t, Action<KeyValue> change)
    {
        // The last value of all, so that nothing builds on it.
        var last = t.Lines.OfType<LogRevisionLine>().Last(line => line.Changes is [{ Version: > 0 }]).Revision;
        t.Lines.RemoveAll(line => line is LogRevisionLine { Revision: var revision } && revision > last);
        t.Lines.RemoveAll(line => line is CallLine call && Tampering.Revision(call) >= last && !(call.Request is PutRequest && Tampering.Revision(call) == last));
        t.Lines.RemoveAll(line => line is StreamResponseLine { Response: var response } && response.Header.Revision >= last);
        t.Log(last, changes => change(changes[0]));
    }

    private static void AnswerRange(Tampering t, Action<RangeResponse> change)
    {
        // Keys of the wide range that a compaction never touched, so that only the one thing is wrong.
        var call = t.Calls<RangeRequest>().First(call => IsWhole(call) && ((RangeResponse)call.Answer!).Kvs.Count > 3);
        t.Answer(call, change);
    }

    private static CallLine LateRead(Tampering t) => t.Calls<RangeRequest>().Last(call => ((RangeRequest)call.Request) is { Revision: 0, CountOnly: true });

    private static void StaleRead(Tampering t)
    {
        var (early, late) = (t.Calls<RangeRequest>().First(call => call.Request.Equals(LateRead(t).Request)), LateRead(t));
        t.Replace(late, late with { Answer = early.Answer });
    }

    private static void StaleReadInDisguise(Tampering t)
    {
        var call = t.Calls<RangeRequest>().First(call => IsWhole(call) && At(call) > 100 && ((RangeResponse)call.Answer!).Kvs.Count > 3);
        var before = new Timeline([.. t.Lines.OfType<LogLine>()]).At(At(call) - 40);
        var old = KvModel.Range((RangeRequest)call.Request, before);
        old.Header = ((RangeResponse)call.Answer!).Header.Clone();
        t.Replace(call, call with { Answer = old });
    }

    private static void StaleWrite(Tampering t)
    {
        var put = t.Calls<PutRequest>().Last();
        t.Answer<PutResponse>(put, answer => answer.Header.Revision = 2);
    }

    private static void DoRefused(Tampering t)
    {
        var put = t.Calls<PutRequest>().Last();
        t.Replace(put, put with { Answer = null, Error = new CallError(StatusCode.InvalidArgument, "etcdserver: request is too large") });
    }

    private static void DoUnasked(Tampering t) => t.Lines.Add(new LogRevisionLine(
        t.LastRevision + 1, [new KeyValue { Key = All, CreateRevision = t.LastRevision + 1, ModRevision = t.LastRevision + 1, Version = 1 }]));

    private static void DoTwice(Tampering t)
    {
        // Later deletions would undo what tells the two apart, so the put that is doubled has a value of its own.
        var open = t.Lines.OfType<CallLine>().First(call => call is { Request: PutRequest, Error.Code: StatusCode.Unavailable }
            && t.Lines.OfType<LogRevisionLine>().Any(line => line.Changes[0].Value.Equals(((PutRequest)call.Request).Value)));
        var timeline = new Timeline([.. t.Lines.OfType<LogLine>()]);
        t.Lines.Add(new LogRevisionLine(timeline.Last + 1, timeline.RunOn(open.Request, timeline.Last).Changes));
    }

    private static void ShowDeleted(Tampering t)
    {
        var timeline = new Timeline([.. t.Lines.OfType<LogLine>()]);
        var (call, gone) = t.Calls<RangeRequest>().Where(IsWhole).Where(call => timeline.ChangesAt(At(call)).Count == 1)
            .Select(call => (call, gone: timeline.ChangesAt(At(call)) is [{ Version: 0 } change] ? timeline.At(At(call) - 1).Get(change.Key) : null))
            .First(pair => pair.gone is not null && KeySpace.IsIn(pair.gone.Key, ((RangeRequest)pair.call.Request).Key, ((RangeRequest)pair.call.Request).RangeEnd));
        t.Replace(call, call with
        {
            Answer = new RangeResponse(KvModel.Range((RangeRequest)call.Request, timeline.At(At(call) - 1))) { Header = ((RangeResponse)call.Answer!).Header },
        });
    }

    private static void ShowPresentAsPast(Tampering t)
    {
        var call = t.Calls<RangeRequest>().First(call => call.Request is RangeRequest { Revision: > 20 } && At(call) < Tampering.Revision(call) - 40);
        var present = KvModel.Range((RangeRequest)call.Request, new Timeline([.. t.Lines.OfType<LogLine>()]).At(Tampering.Revision(call)));
        present.Header = ((RangeResponse)call.Answer!).Header.Clone();
        t.Replace(call, call with { Answer = present });
    }

    private static void RefuseThePast(Tampering t)
    {
        var call = t.Calls<RangeRequest>().Last(call => call.Request is RangeRequest { Revision: > 2 } && At(call) < Tampering.Revision(call) - 20);
        t.Replace(call, call with { Answer = null, Error = new CallError(StatusCode.OutOfRange, "etcdserver: mvcc: required revision is a future revision") });
    }

    private static void TakeWrongBranch(Tampering t)
    {
        var call = t.Calls<TxnRequest>().First(call => call.Answer is TxnResponse { Succeeded: false });
        t.Answer<TxnResponse>(call, answer => answer.Succeeded = true);
    }

    private static void SwapAnswers(Tampering t)
    {
        var call = t.Calls<TxnRequest>().First(call => call.Answer is TxnResponse { Responses.Count: 3 });
        t.Answer<TxnResponse>(call, answer => (answer.Responses[1], answer.Responses[2]) = (answer.Responses[2], answer.Responses[1]));
    }

    private static void WrongPutAnswer(Tampering t) =>
        t.Answer<PutResponse>(t.Calls<PutRequest>().First(call => call.Answer is PutResponse { PrevKv: not null }), answer => answer.PrevKv.Version++);

    private static void WrongDeleteCount(Tampering t) =>
        t.Answer<DeleteRangeResponse>(t.Calls<DeleteRangeRequest>().First(call => call.Answer is DeleteRangeResponse { Deleted: > 0 }), answer => answer.Deleted++);

    private static void CompactLiveKey(Tampering t)
    {
        var compaction = t.Calls<CompactionRequest>().Last();
        var compacted = ((CompactionRequest)compaction.Request).Revision;
        var call = t.Calls<RangeRequest>().First(call => call.Start > compaction.End && IsWhole(call) && ((RangeResponse)call.Answer!).Kvs.Any(kv => kv.ModRevision <= compacted));
        t.Answer<RangeResponse>(call, answer =>
        {
            answer.Kvs.Remove(answer.Kvs.First(kv => kv.ModRevision <= compacted));
            answer.Count--;
        });
    }

    private static void CompactBackwards(Tampering t)
    {
        var last = t.Calls<CompactionRequest>().Last();
        var lower = new CompactionRequest { Revision = ((CompactionRequest)last.Request).Revision - 5 };
        t.Lines.Insert(t.Lines.IndexOf(last) + 1, last with { Id = 99_999, Start = last.End + 1, End = last.End + 2, Request = lower });
        t.Lines.Add(new LogCompactionLine(lower.Revision));
    }

    private static void ReadCompacted(Tampering t)
    {
        var compaction = t.Calls<CompactionRequest>().Last();
        var request = new RangeRequest { Key = All, RangeEnd = All, Revision = ((CompactionRequest)compaction.Request).Revision - 1 };
        var answer = KvModel.Range(request, new Timeline([.. t.Lines.OfType<LogLine>()]).At(request.Revision));
        answer.Header = new ResponseHeader { Revision = t.LastRevision };
        t.Lines.Add(new CallLine(9, 99_999, 99_000_000, 99_000_001, request, answer, null));
    }

    private static void RefuseKept(Tampering t)
    {
        var compacted = t.Calls<CompactionRequest>().Max(call => ((CompactionRequest)call.Request).Revision);
        var error = new CallError(StatusCode.OutOfRange, "etcdserver: mvcc: required revision has been compacted");
        t.Lines.Add(new CallLine(9, 99_999, 99_000_000, 99_000_001, new RangeRequest { Key = All, Revision = compacted }, null, error));
    }

    private static void WrongHashes(Tampering t)
    {
        foreach (var call in t.Calls<HashKVRequest>().ToList()) t.Answer<HashKVResponse>(call, hash => hash.Hash ^= 1);
    }

    private static void ForgetRenewal(Tampering t)
    {
        t.Lines.Remove(t.Calls<LeaseKeepAliveRequest>().First());
        t.Answer<LeaseGrantResponse>(t.Calls<LeaseGrantRequest>().First(), grant => grant.TTL = 1);
    }

    private static void LeaveLeasedKey(Tampering t) => t.Lines.Insert(
        1 + t.Lines.FindIndex(line => line is LogRevisionLine { Changes: [{ Lease: 71 }] }), new LogRevokeLine(71));

    private static void FallOverRestart(Tampering t)
    {
        var restart = t.Lines.OfType<ProcessStartLine>().Last().At;
        var first = t.Lines.OfType<CallLine>().Where(call => call.Start > restart && call.Answer is not null).MinBy(call => call.Start)!;
        var request = new RangeRequest { Key = All, CountOnly = true };
        var answer = new RangeResponse { Header = new ResponseHeader { Revision = Tampering.Revision(first) - 30 } };
        t.Lines.Add(new CallLine(9, 99_999, restart + 1, restart + 2, request, answer, null));
    }

    private static void LeakDeletion(Tampering t)
    {
        var line = t.Responses(1, watch => watch.Filters.Count > 0).First();
        var shown = line.Response.Events[0].Kv;
        var leaked = new Event { Type = Event.Types.EventType.Delete, Kv = new KeyValue { Key = shown.Key, ModRevision = shown.ModRevision } };
        t.Respond(line, response => response.Events.Insert(0, leaked));
        t.Lines.RemoveAll(other => other is StreamRequestLine { Stream: var stream } request && stream != line.Stream && request.Request.CreateRequest?.Filters.Count > 0);
        Forget23(t, line.Stream);
    }

    // Equal watches would complain as well; only the spoilt one stays.
    private static void Forget23(Tampering t, long stream)
    {
        var request = t.RequestOf(stream);
        var equal = t.Lines.OfType<StreamRequestLine>().Where(line => line.Stream != stream && line.Request.CreateRequest is { } create
            && (create.Key, create.RangeEnd) == (request.Key, request.RangeEnd)).Select(line => line.Stream).ToHashSet();
        t.Lines.RemoveAll(line => line is StreamRequestLine { Stream: var asked } && equal.Contains(asked));
        t.Lines.RemoveAll(line => line is StreamResponseLine { Stream: var answered } && equal.Contains(answered));
    }

    private static void LeakKey(Tampering t)
    {
        var line = t.Responses(1, watch => watch.RangeEnd.Length > 1).First();
        Forget23(t, line.Stream);
        t.Respond(line, response =>
        {
            response.Events.Add(response.Events[^1].Clone());
            response.Events[^1].Kv.Key = ByteString.CopyFromUtf8("k7");
        });
    }

    // Responses of watches of everything, with previous values.
    private static IEnumerable<StreamResponseLine> Plain(Tampering t, int events) => t.Responses(events, watch => watch.PrevKv && watch.Key.Equals(All));

    private static void SwapEvents(Tampering t)
    {
        var line = Plain(t, 2).First(line => line.Response.Events[0].Kv.ModRevision != line.Response.Events[1].Kv.ModRevision);
        Forget23(t, line.Stream);
        t.Respond(line, response => (response.Events[0], response.Events[1]) = (response.Events[1], response.Events[0]));
    }

    private static void SplitRevision(Tampering t)
    {
        var line = Plain(t, 2).First(line => line.Response.Events[0].Kv.ModRevision == line.Response.Events[1].Kv.ModRevision);
        var first = Tampering.Changed(line, response => Keep(response, 0, 1));
        var second = Tampering.Changed(line, response => Keep(response, 1, response.Events.Count));
        t.Replace(line, line with { Response = first }, line with { Response = second });
    }

    private static void Keep(WatchResponse response, int from, int to)
    {
        var kept = response.Events.Skip(from).Take(to - from).ToList();
        response.Events.Clear();
        response.Events.AddRange(kept);
    }

    private static void DropEvent(Tampering t)
    {
        var line = Plain(t, 3).First(line => line.Response.Events.Select(shown => shown.Kv.ModRevision).Distinct().Count() == line.Response.Events.Count);
        t.Respond(line, response => response.Events.RemoveAt(1));
    }

    private static void InventEvent(Tampering t)
    {
        t.Respond(Plain(t, 1).Last(), response =>
        {
            response.Events.Add(response.Events[^1].Clone());
            response.Events[^1].Kv.Key = ByteString.CopyFromUtf8("unheard of");
        });
    }

    private static void DropFirst(Tampering t)
    {
        var stream = Plain(t, 1).First(line => t.RequestOf(line.Stream).StartRevision > 0).Stream;
        var first = t.Of(stream)[0];
        Forget23(t, stream);
        t.Respond(first, response => response.Events.Clear());
        t.Lines.RemoveAll(line => line is StreamResponseLine { Stream: var of } && of == stream && ((StreamResponseLine)line).Response is { Created: false, Events.Count: 0 });
    }

    private static void ShowEarlier(Tampering t)
    {
        var stream = Plain(t, 1).First(line => t.RequestOf(line.Stream).StartRevision > 0).Stream;
        Forget23(t, stream);
        var (first, start) = (t.Of(stream)[0], t.RequestOf(stream).StartRevision);
        var earlier = t.Logged(start - 1).Changes[0];
        var type = earlier.Version == 0 ? Event.Types.EventType.Delete : Event.Types.EventType.Put;
        t.Respond(first, response => response.Events.Insert(0, new Event { Type = type, Kv = Fingerprint.Of(earlier) }));
    }

    private static StreamResponseLine Progress(Tampering t, int number) => t.Lines.OfType<StreamResponseLine>()
        .Where(line => line.Response is { Created: false, Canceled: false, Events.Count: 0 } && t.Of(line.Stream).IndexOf(line) > 1).Skip(number).First();

    private static void RunAhead(Tampering t)
    {
        // Announced before the last events instead of after them.
        var progress = Progress(t, 0);
        var last = t.Of(progress.Stream)[^1];
        Forget23(t, progress.Stream);
        t.Lines.RemoveAll(line => line is StreamResponseLine { Stream: var stream } && stream == progress.Stream
            && t.Lines.IndexOf(line) > t.Lines.IndexOf(progress));
        t.Respond(progress, response => response.Header.Revision = last.Response.Header.Revision);
    }

    private static void FallBack(Tampering t)
    {
        var progress = Progress(t, 0);
        t.Replace(progress, progress, progress with { Response = Tampering.Changed(progress, response => response.Header.Revision--) });
    }

    private static void ComeLate(Tampering t)
    {
        // Two responses change places: the progress and the events before it.
        var progress = Progress(t, 0);
        var all = t.Of(progress.Stream);
        var before = all.Take(all.IndexOf(progress)).Last(line => line.Response.Events.Count > 0);
        var (one, two) = (t.Lines.IndexOf(before), t.Lines.IndexOf(progress));
        (t.Lines[one], t.Lines[two]) = (progress with { At = before.At }, before with { At = progress.At });
    }

    private static StreamResponseLine Previous(Tampering t)
    {
        var first = t.Calls<CompactionRequest>().First().Start;
        var line = Plain(t, 1).First(line => line.At < first && line.Response.Events.Any(shown => shown is { Type: Event.Types.EventType.Put, PrevKv: not null }));
        return line;
    }

    private static Event WithPrevious(WatchResponse response) => response.Events.First(shown => shown is { Type: Event.Types.EventType.Put } && shown.Kv.Version > 1);

    private static StreamResponseLine Cancel(Tampering t, bool forCompaction) =>
        t.Lines.OfType<StreamResponseLine>().First(line => line.Response.Canceled && line.Response.CompactRevision > 0 == forCompaction);

    private static void GoOn(Tampering t)
    {
        var cancel = Cancel(t, forCompaction: false);
        var more = t.Of(cancel.Stream).First(line => line.Response.Events.Count > 0);
        t.Replace(cancel, cancel, more with { At = cancel.At + 1 });
    }

    private static void CancelSilently(Tampering t) => t.Respond(Cancel(t, forCompaction: true), response => (response.CompactRevision, response.CancelReason) = (0, ""));

    private static void CancelForNothing(Tampering t) => t.Respond(
        Cancel(t, forCompaction: true), response => response.CompactRevision = t.RequestOf(Cancel(t, forCompaction: true).Stream).StartRevision);

    private static long FutureStream(Tampering t) => t.Lines.OfType<StreamResponseLine>()
        .First(line => line.Response.Created && t.RequestOf(line.Stream).StartRevision > line.Response.Header.Revision + 1).Stream;

    private static void StartEarly(Tampering t)
    {
        var stream = FutureStream(t);
        Forget23(t, stream);
        var (first, start) = (t.Of(stream)[0], t.RequestOf(stream).StartRevision);
        var early = t.Logged(start - 1).Changes[0];
        var type = early.Version == 0 ? Event.Types.EventType.Delete : Event.Types.EventType.Put;
        t.Respond(first, response => response.Events.Insert(0, new Event { Type = type, Kv = Fingerprint.Of(early) }));
    }

    private static void ProgressEarly(Tampering t)
    {
        var (stream, start) = (FutureStream(t), t.RequestOf(FutureStream(t)).StartRevision);
        var created = t.Lines.OfType<StreamResponseLine>().First(line => line.Stream == stream);
        t.Replace(created, created, created with
        {
            Response = new WatchResponse { WatchId = created.Response.WatchId, Header = new ResponseHeader { Revision = start - 10 } },
        });
    }

    private static void Disagree(Tampering t)
    {
        var line = Plain(t, 1).Last(line => line.Response.Events[0].Type == Event.Types.EventType.Put);
        t.Respond(line, response => response.Events[0].Kv.Value = ByteString.CopyFromUtf8("seen by one alone"));
    }
}
