using Google.Protobuf;

using MiniK8s.Protocol.Etcd;
using MiniK8s.Robustness.Tests.Checking;
using MiniK8s.Robustness.Tests.History;

namespace MiniK8s.Robustness.Tests.Seeds;

/// <summary>A good history that is about to be spoilt, and tools to find the place.</summary>
internal sealed class Tampering(List<HistoryLine> lines)
{
    /// <summary>The lines, to be changed in place.</summary>
    public List<HistoryLine> Lines => lines;

    /// <summary>The newest revision in the log.</summary>
    public long LastRevision => lines.OfType<LogRevisionLine>().Last().Revision;

    /// <summary>Answered calls of a kind, by start.</summary>
    public IEnumerable<CallLine> Calls<TRequest>()
        where TRequest : IMessage => lines.OfType<CallLine>().Where(call => call is { Request: TRequest, Answer: not null }).OrderBy(call => call.Start);

    /// <summary>Puts another line in the place of one.</summary>
    public void Replace(HistoryLine old, params HistoryLine[] with)
    {
        var index = lines.FindIndex(line => ReferenceEquals(line, old));
        lines.RemoveAt(index);
        lines.InsertRange(index, with);
    }

    /// <summary>Changes a copy of a call's answer.</summary>
    public void Answer<T>(CallLine call, Action<T> change)
        where T : class, IMessage<T>, IDeepCloneable<T>
    {
        var answer = ((T)call.Answer!).Clone();
        change(answer);
        Replace(call, call with { Answer = answer });
    }

    /// <summary>Changes a copy of a response.</summary>
    public void Respond(StreamResponseLine line, Action<WatchResponse> change) => Replace(line, line with { Response = Changed(line, change) });

    /// <summary>A copy of a response, changed.</summary>
    public static WatchResponse Changed(StreamResponseLine line, Action<WatchResponse> change)
    {
        var response = line.Response.Clone();
        change(response);
        return response;
    }

    /// <summary>Responses with at least so many events, of streams whose watch passes the test.</summary>
    public IEnumerable<StreamResponseLine> Responses(int events, Func<WatchCreateRequest, bool> isWanted)
    {
        var wanted = lines.OfType<StreamRequestLine>().Where(line => line.Request.CreateRequest is { } create && isWanted(create)).Select(line => line.Stream).ToHashSet();
        return lines.OfType<StreamResponseLine>().Where(line => line.Response.Events.Count >= events && wanted.Contains(line.Stream)).ToList();
    }

    /// <summary>What the watch of a stream was asked for; each stream carries one here.</summary>
    public WatchCreateRequest RequestOf(long stream) =>
        lines.OfType<StreamRequestLine>().First(line => line.Stream == stream && line.Request.CreateRequest is not null).Request.CreateRequest;

    /// <summary>The responses of a stream after its creation.</summary>
    public List<StreamResponseLine> Of(long stream) => [.. lines.OfType<StreamResponseLine>().Where(line => line.Stream == stream && !line.Response.Created)];

    /// <summary>The line of a revision in the log.</summary>
    public LogRevisionLine Logged(long revision) => lines.OfType<LogRevisionLine>().First(line => line.Revision == revision);

    /// <summary>Changes copies of the values that a revision has in the log.</summary>
    public void Log(long revision, Action<List<KeyValue>> change)
    {
        var old = Logged(revision);
        var changes = old.Changes.Select(value => value.Clone()).ToList();
        change(changes);
        Replace(old, old with { Changes = changes });
    }

    /// <summary>A multiple of the calls' header revision.</summary>
    public static long Revision(CallLine call) => Evidence.RevisionOf(call);
}
