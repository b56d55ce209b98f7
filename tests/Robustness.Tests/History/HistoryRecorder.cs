using System.Collections.Concurrent;

using Google.Protobuf;

using Grpc.Core;

using MiniK8s.Protocol.Etcd;
using MiniK8s.Robustness.Tests.Checking;

namespace MiniK8s.Robustness.Tests.History;

/// <summary>Takes down what happens in a run, from any thread, on one monotonic clock.</summary>
internal sealed class HistoryRecorder(TimeProvider time)
{
    private readonly ConcurrentQueue<HistoryLine> _lines = [];
    private readonly long _origin = time.GetTimestamp();
    private long _lastCall;
    private long _lastStream;
    private int _answered;
    private long _newest = 1;

    /// <summary>Microseconds since the recording began.</summary>
    public long Now => (long)time.GetElapsedTime(_origin).TotalMicroseconds;

    /// <summary>Calls that were answered, errors not counted.</summary>
    public int Answered => Volatile.Read(ref _answered);

    /// <summary>The newest revision in the header of any answer.</summary>
    public long Newest => Volatile.Read(ref _newest);

    /// <summary>Everything so far.</summary>
    public IReadOnlyCollection<HistoryLine> Lines => _lines;

    /// <summary>Adds a line.</summary>
    public void Add(HistoryLine line) => _lines.Enqueue(line);

    /// <summary>Names a new watch stream.</summary>
    public long NextStream() => Interlocked.Increment(ref _lastStream);

    /// <summary>Makes a call and records it. Never made twice: a failed call's outcome is open.</summary>
    /// <returns>The answer; null when there was none.</returns>
    public async Task<T?> CallAsync<T>(int client, IMessage request, Func<Task<T>> call)
        where T : class, IMessage
    {
        var (id, sent) = (Interlocked.Increment(ref _lastCall), Fingerprint.Within(Clone(request)));
        var start = Now;
        try
        {
            var answer = await call();
            var end = Now;
            var line = new CallLine(client, id, start, end, sent, Fingerprint.Within(Clone(answer)), null);
            Add(line);
            Interlocked.Increment(ref _answered);
            Raise(Evidence.RevisionOf(line));
            return answer;
        }
        catch (RpcException ex)
        {
            Add(new CallLine(client, id, start, Now, sent, null, new CallError(ex.StatusCode, ex.Status.Detail)));
            return null;
        }
    }

    /// <summary>Records a request of a stream; before it is sent.</summary>
    public void Sending(long stream, WatchRequest request) => Add(new StreamRequestLine(stream, Now, request.Clone()));

    /// <summary>Records a response of a stream; after it was received.</summary>
    public void Received(long stream, WatchResponse response) => Add(new StreamResponseLine(stream, Now, Fingerprint.Within(response.Clone())));

    private void Raise(long revision)
    {
        var known = Newest;
        while (revision > known)
        {
            var found = Interlocked.CompareExchange(ref _newest, revision, known);
            if (found == known) return;
            known = found;
        }
    }

    private static T Clone<T>(T message)
        where T : IMessage => (T)message.Descriptor.Parser.ParseFrom(message.ToByteString());
}
