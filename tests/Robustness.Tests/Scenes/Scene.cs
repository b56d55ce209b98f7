using Google.Protobuf;

using MiniK8s.Protocol.Etcd;
using MiniK8s.Robustness.Tests.Checking;
using MiniK8s.Robustness.Tests.Faults;
using MiniK8s.Robustness.Tests.History;
using MiniK8s.Robustness.Tests.Runs;
using MiniK8s.Robustness.Tests.Traffic;

namespace MiniK8s.Robustness.Tests.Scenes;

/// <summary>A store process of one test's own, with writers at will, all of it recorded and judged at the end.</summary>
internal sealed class Scene : IAsyncDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("minik8s-scene-").FullName;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _writers = [];

    private Scene()
    {
        Recorder = new HistoryRecorder(TimeProvider.System);
        Server = new TestServer(_directory, isEtcd: false, Recorder);
        Client = Patient(id: 1);
    }

    /// <summary>Every key.</summary>
    public static ByteString All { get; } = ByteString.CopyFrom(0);

    /// <summary>The recorder of everything.</summary>
    public HistoryRecorder Recorder { get; }

    /// <summary>The store.</summary>
    public TestServer Server { get; }

    /// <summary>The test's own client.</summary>
    public TrafficClient Client { get; }

    /// <summary>A scene with a store that has just started.</summary>
    public static async Task<Scene> OpenAsync(params string[] flags)
    {
        var scene = new Scene();
        await scene.Server.StartAsync(flags);
        return scene;
    }

    /// <summary>A client whose every answer counts: on a busy machine one may take long.</summary>
    public TrafficClient Patient(int id) => new(Server, Recorder, id, seed: id, Patience.Limit);

    /// <summary>Lets so many clients put and delete ten keys until the scene ends.</summary>
    public void Write(int clients)
    {
        var mix = new EtcdMix { Shares = [(EtcdCall.Put, 60), (EtcdCall.Delete, 30), (EtcdCall.MultiTxn, 10)] };
        for (var id = 10; id < 10 + clients; id++) _writers.Add(LoopAsync(new EtcdLoop(new TrafficClient(Server, Recorder, id, id), mix)));
    }

    /// <summary>Opens a watch on a stream of its own.</summary>
    public async Task<RecordedStream> WatchAsync(WatchCreateRequest request)
    {
        (request.Key, request.RangeEnd, request.WatchId) = (All, All, 1);
        var stream = await RecordedStream.OpenAsync(Server, Recorder);
        await stream.SendAsync(new WatchRequest { CreateRequest = request });
        return stream;
    }

    /// <summary>Reads on until a response is the wanted one.</summary>
    /// <exception cref="TimeoutException">It did not come; says what was missing.</exception>
    public static Task<WatchResponse> ReadUntilAsync(RecordedStream stream, Func<WatchResponse, bool> isWanted, string what) =>
        ReadOnAsync(stream, isWanted, what).OrMissing(what);

    /// <summary>The same, for as long as it takes: for who reads while others still have much to write.</summary>
    public static async Task<WatchResponse> ReadOnAsync(RecordedStream stream, Func<WatchResponse, bool> isWanted, string what)
    {
        while (!stream.IsEnded)
        {
            if (await stream.ReadAsync(TimeSpan.FromSeconds(1)) is { } response && isWanted(response)) return response;
        }
        throw new InvalidOperationException($"The stream ended before {what}.");
    }

    /// <summary>Stops the writers and the store, and judges what was recorded.</summary>
    public async Task<Verdict> EndAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_writers).OrMissing("the end of the writers");
        await Server.StopAsync();
        foreach (var line in LogDump.Read(Server.DataDirectory)) Recorder.Add(line);
        return HistoryChecker.Judge(Recorder.Lines, RobustnessTests.Options);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_writers).OrMissing("the end of the writers");
        await Server.DisposeAsync();
        _stop.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private Task LoopAsync(EtcdLoop loop) => Task.Run(async () =>
    {
        while (!_stop.IsCancellationRequested) await loop.StepAsync();
    });
}
