using Google.Protobuf;

using MiniK8s.Protocol.Etcd;
using MiniK8s.Robustness.Tests.Faults;
using MiniK8s.Robustness.Tests.History;

namespace MiniK8s.Robustness.Tests.Traffic;

/// <summary>Those who watch while others write. Each opens stream after stream, until it is told to stop.</summary>
internal sealed class Watchers(TestServer server, HistoryRecorder recorder, bool mayAskProgress)
{
    private static readonly ByteString All = ByteString.CopyFrom(0);

    /// <summary>A watcher that starts up to 100 revisions before or after now, on all keys or some, one to three watches on a stream.</summary>
    public async Task RoamAsync(int seed, CancellationToken stopping)
    {
        var random = new Random(seed);
        while (!stopping.IsCancellationRequested)
        {
            using var stream = await RecordedStream.OpenAsync(server, recorder);
            var watches = random.Next(1, 4);
            for (var id = 1; id <= watches; id++) await stream.SendAsync(new WatchRequest { CreateRequest = Request(random, id) });
            var patience = random.Next(20, 200);
            for (var read = 0; read < patience && !stream.IsEnded && !stopping.IsCancellationRequested; read++)
            {
                await stream.ReadAsync(TimeSpan.FromMilliseconds(50));
                if (mayAskProgress && random.Next(20) == 0) await stream.SendAsync(new WatchRequest { ProgressRequest = new WatchProgressRequest() });
                if (random.Next(60) == 0) await stream.SendAsync(Cancel(random.Next(1, watches + 1)));
            }
            await PauseAfterAsync(stream);
        }
    }

    /// <summary>A watcher of everything that resumes where it had got to, however often its stream breaks.</summary>
    /// <param name="report">Told of every response with events, once.</param>
    /// <param name="isDone">Whether it has seen enough, given the last revision it saw.</param>
    public async Task ResumeAsync(Action<WatchResponse>? report, Func<long, bool> isDone)
    {
        var last = 1L;
        while (!isDone(last))
        {
            using var stream = await RecordedStream.OpenAsync(server, recorder);
            await stream.SendAsync(new WatchRequest
            {
                CreateRequest = new WatchCreateRequest { Key = All, RangeEnd = All, StartRevision = last + 1, PrevKv = true, ProgressNotify = true, WatchId = 1 },
            });
            while (!stream.IsEnded && !isDone(last))
            {
                if (await stream.ReadAsync(TimeSpan.FromMilliseconds(100)) is not { } response) continue;
                if (response.CompactRevision > 0) last = response.CompactRevision - 1;
                if (response.Canceled) break;
                if (response.Events.Count == 0) continue;
                last = response.Events[^1].Kv.ModRevision;
                report?.Invoke(response);
            }
            await PauseAfterAsync(stream);
        }
    }

    /// <summary>A client that asks for everything and then does not read for long stretches.</summary>
    public async Task StallAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            using var stream = await RecordedStream.OpenAsync(server, recorder);
            await stream.SendAsync(new WatchRequest
            {
                CreateRequest = new WatchCreateRequest { Key = All, RangeEnd = All, StartRevision = long.Max(1, recorder.Newest - 20), PrevKv = true, WatchId = 1 },
            });
            while (!stream.IsEnded && !stopping.IsCancellationRequested)
            {
                var answered = recorder.Answered;
                while (recorder.Answered < answered + 300 && !stopping.IsCancellationRequested) await Task.Delay(50, CancellationToken.None);
                while (await stream.ReadAsync(TimeSpan.FromMilliseconds(20)) is not null)
                {
                    // Everything that waits is taken, then it stalls again.
                }
            }
            await PauseAfterAsync(stream);
        }
    }

    // Without this a dead server would be asked in a tight loop.
    private static Task PauseAfterAsync(RecordedStream stream) => stream.IsEnded ? Task.Delay(50) : Task.CompletedTask;

    private WatchCreateRequest Request(Random random, int id)
    {
        var request = new WatchCreateRequest { Key = All, RangeEnd = All, WatchId = id, PrevKv = random.Next(2) == 0, ProgressNotify = random.Next(2) == 0 };
        // 0 is "from now on".
        if (random.Next(5) > 0) request.StartRevision = long.Max(1, recorder.Newest + random.Next(-100, 101));
        if (random.Next(3) == 0) (request.Key, request.RangeEnd) = (Key(random.Next(5)), random.Next(2) == 0 ? ByteString.Empty : Key(9));
        if (random.Next(5) == 0) request.Filters.Add((WatchCreateRequest.Types.FilterType)random.Next(2));
        request.Fragment = random.Next(4) == 0;
        return request;
    }

    private static WatchRequest Cancel(int id) => new() { CancelRequest = new WatchCancelRequest { WatchId = id } };

    private static ByteString Key(int number) => ByteString.CopyFromUtf8($"key{number}");
}
