using Google.Protobuf;

using Grpc.Core;

using MiniK8s.Protocol.Etcd;

namespace MiniK8s.Robustness.Tests.History;

/// <summary>One thing that happened in a run. Times are microseconds of one clock that all recorders share.</summary>
internal abstract record HistoryLine;

/// <summary>A call, from before it was sent until after it was answered; with neither answer nor error it was never answered.</summary>
internal sealed record CallLine(int Client, long Id, long Start, long End, IMessage Request, IMessage? Answer, CallError? Error) : HistoryLine;

/// <summary>How a call or a stream failed.</summary>
internal sealed record CallError(StatusCode Code, string Text);

/// <summary>A request on a watch stream; the time is from before it was sent.</summary>
internal sealed record StreamRequestLine(long Stream, long At, WatchRequest Request) : HistoryLine;

/// <summary>A response of a watch stream; the time is from after it was received.</summary>
internal sealed record StreamResponseLine(long Stream, long At, WatchResponse Response) : HistoryLine;

/// <summary>The end of a watch stream.</summary>
internal sealed record StreamEndLine(long Stream, long At, CallError? Error) : HistoryLine;

/// <summary>Something done to the server on purpose; what is slow between start and end is the fault's doing.</summary>
internal sealed record FaultLine(string Name, long Start, long End) : HistoryLine;

/// <summary>The server's process, launched at one time, was found ready at another; when it became ready lies between the two.</summary>
internal sealed record ProcessStartLine(long Launched, long At) : HistoryLine;

/// <summary>The server's process was found ended.</summary>
internal sealed record ProcessEndLine(long At, int ExitCode) : HistoryLine;

/// <summary>An entry of the server's own log. The lines stand in the order of the log.</summary>
internal abstract record LogLine : HistoryLine;

/// <summary>A transaction in the log: whole values, deletions with version 0, in their order.</summary>
internal sealed record LogRevisionLine(long Revision, IReadOnlyList<KeyValue> Changes) : LogLine;

/// <summary>A compaction in the log.</summary>
internal sealed record LogCompactionLine(long Revision) : LogLine;

/// <summary>A lease granted, in the log; seconds.</summary>
internal sealed record LogGrantLine(long Id, long Ttl) : LogLine;

/// <summary>A lease ended, in the log; what hung on it was deleted by the revision before.</summary>
internal sealed record LogRevokeLine(long Id) : LogLine;
