using Grpc.Core;

using MiniK8s.Protocol.Etcd;
using MiniK8s.Robustness.Tests.Faults;
using MiniK8s.Robustness.Tests.History;

namespace MiniK8s.Robustness.Tests.Traffic;

/// <summary>One watch stream, all of it recorded.</summary>
internal sealed class RecordedStream : IDisposable
{
    private readonly HistoryRecorder _recorder;
    private readonly AsyncDuplexStreamingCall<WatchRequest, WatchResponse> _call;
    private readonly long _stream;
    private Task<WatchResponse?>? _reading;

    private RecordedStream(HistoryRecorder recorder, AsyncDuplexStreamingCall<WatchRequest, WatchResponse> call) =>
        (_recorder, _call, _stream) = (recorder, call, recorder.NextStream());

    /// <summary>Opens a stream; no request yet.</summary>
    public static async Task<RecordedStream> OpenAsync(TestServer server, HistoryRecorder recorder) => new(recorder, (await server.ConnectAsync()).Watch.Watch());

    /// <summary>Whether the stream has ended.</summary>
    public bool IsEnded { get; private set; }

    /// <summary>Sends a request. On a broken stream nothing happens; reading tells.</summary>
    public async Task SendAsync(WatchRequest request)
    {
        _recorder.Sending(_stream, request);
        try
        {
            await _call.RequestStream.WriteAsync(request);
        }
        catch (Exception ex) when (ex is RpcException or InvalidOperationException or IOException or HttpRequestException)
        {
            IsEnded = true;
        }
    }

    /// <summary>The next response; null when none came in time (it may still come) or the stream has ended.</summary>
    public async Task<WatchResponse?> ReadAsync(TimeSpan patience)
    {
        _reading ??= ReadAsync();
        if (await Task.WhenAny(_reading, Task.Delay(patience)) != _reading) return null;
        var response = await _reading;
        _reading = null;
        return response;
    }

    /// <inheritdoc />
    public void Dispose() => _call.Dispose();

    private async Task<WatchResponse?> ReadAsync()
    {
        try
        {
            if (await _call.ResponseStream.MoveNext(CancellationToken.None))
            {
                _recorder.Received(_stream, _call.ResponseStream.Current);
                return _call.ResponseStream.Current;
            }
            End(null);
        }
        catch (RpcException ex)
        {
            End(new CallError(ex.StatusCode, ex.Status.Detail));
        }
        return null;
    }

    private void End(CallError? error)
    {
        IsEnded = true;
        _recorder.Add(new StreamEndLine(_stream, _recorder.Now, error));
    }
}
