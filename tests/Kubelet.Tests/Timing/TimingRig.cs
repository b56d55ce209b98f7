using Microsoft.Extensions.Logging.Abstractions;

using MiniK8s.Kubelet.PodWorkers;
using MiniK8s.Kubelet.Probes;
using MiniK8s.Kubelet.Tests.Model;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.Tests.Timing;

/// <summary>One pod on the real pool, worker and probes, on a clock that moves a second at a time and waits for all that happens in each.</summary>
internal sealed class TimingRig : IDisposable
{
    private readonly Pump _pump = new();
    private readonly SynchronizationContext? _before = SynchronizationContext.Current;
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<(ModelRuntime.Instance Instance, int Stops)> _toShorten = [];
    private readonly Log _log;
    private readonly Random _random;
    private ModelKubelet _kubelet;

    /// <param name="pod">The pod.</param>
    /// <param name="script">How its containers behave.</param>
    /// <param name="random">Where jitter comes from; by default there is none.</param>
    public TimingRig(Pod pod, ModelScript? script = null, Random? random = null)
    {
        SynchronizationContext.SetSynchronizationContext(_pump);
        _random = random ?? new NoJitter();
        _log = new Log(this);
        Runtime = new ModelRuntime(Time, script ?? new ModelScript(), Note) { OnDied = uid => _pump.Post(_ => _kubelet!.Pool.Wake(uid), null) };
        Api = new ModelApi(Time, Note);
        _kubelet = NewKubelet();
        Api.Create(pod);
        Rest();
    }

    public ManualTimeProvider Time { get; } = new();

    public ModelRuntime Runtime { get; }

    public ModelApi Api { get; }

    /// <summary>What happened, <c>seconds: what</c>: starts, signals, kills and other ends, commands, pulls, statuses, events, looks.</summary>
    public List<(double At, string What)> Happened { get; } = [];

    public double Now => Runtime.Now.TotalSeconds;

    public PodStatus Status => Api.Stored!.Status;

    /// <summary>The seconds at which that happened.</summary>
    public IEnumerable<double> At(string what) => Happened.Where(each => each.What == what).Select(each => each.At);

    public IEnumerable<string> All(params string[] kinds) => Happened.Where(each => kinds.Contains(each.What.Split(' ')[0])).Select(each => $"{each.At}: {each.What}");

    public void Pass(int seconds)
    {
        for (; seconds > 0; seconds--)
        {
            Time.Advance(TimeSpan.FromSeconds(1));
            Rest();
        }
    }

    public void Exit(string container, int code)
    {
        Runtime.Exit(Runtime.Newest(Api.Last.Keys.Single(), container)!, code);
        Rest();
    }

    /// <summary>A delete at the apiserver, heard at once. <paramref name="shortens"/>: a stop is under way that must end earlier for it.</summary>
    public void Delete(int? grace, bool shortens = false)
    {
        Api.Delete(grace);
        if (shortens) _toShorten.AddRange(Runtime.Running.Where(i => i.WaitingStops > 0).Select(i => (i, i.Stops + 1)));
        Rest();
    }

    public void Change(Action<Pod> change)
    {
        Api.Change(change);
        Rest();
    }

    /// <summary>Ends what waits for the test.</summary>
    public void Open(string kind, bool succeeds)
    {
        Runtime.Gates.Single(gate => gate.Kind == kind).Open(succeeds);
        Rest();
    }

    /// <summary>The kubelet is gone for so long, and then another begins.</summary>
    public void RestartKubelet(int secondsDown)
    {
        var ended = _kubelet.StopAsync();
        _pump.Run(() => ended.IsCompleted ? null : "the end of the kubelet");
        Time.Advance(TimeSpan.FromSeconds(secondsDown));
        Api.Watch.Clear();
        _kubelet = NewKubelet();
        if (Api.Stored is not null) _kubelet.Update(Api.Stored.Clone());
        Rest();
    }

    public void Dispose()
    {
        var ended = _kubelet.StopAsync();
        _stopping.Cancel();
        _pump.Run(() => ended.IsCompleted ? null : "the end of the kubelet");
        SynchronizationContext.SetSynchronizationContext(_before);
        _stopping.Dispose();
    }

    private ModelKubelet NewKubelet()
    {
        var runner = new ProbeRunner(new ExecCheck(Runtime), new HttpCheck(null!), new TcpCheck(null!), new GrpcCheck(null!), _log);
        var probes = new PodProbes(runner, uid => _pump.Post(_ => _kubelet.Pool.Wake(uid), null), _random, Time, NullLoggerFactory.Instance, _stopping.Token);
        return new ModelKubelet(Runtime, Api, probes, _log, Time, _random) { OnLook = () => Happened.Add((Now, "look")) };
    }

    private void Rest()
    {
        do
        {
            if (Api.Watch.TryDequeue(out var heard))
            {
                if (heard.IsGone) _kubelet.Remove(heard.Pod);
                else _kubelet.Update(heard.Pod);
            }
            _pump.Run(() => _kubelet.Missing ?? MissingStop());
        }
        while (Api.Watch.Count > 0);
    }

    private string? MissingStop()
    {
        _toShorten.RemoveAll(each => each.Instance.Stops >= each.Stops || each.Instance.WaitingStops == 0);
        return _toShorten.Count > 0 ? "a stop with a shorter grace" : null;
    }

    private void Note(TraceEntry entry)
    {
        var what = entry switch
        {
            TraceEntry.Started started => $"start {started.Container} {started.Attempt}",
            TraceEntry.Ended { ExitCode: 137 } killed => $"kill {killed.Container}",
            TraceEntry.Ended ended => $"end {ended.Container} {ended.ExitCode}",
            TraceEntry.Signalled signalled => $"signal {signalled.Container} {signalled.Grace.TotalSeconds}",
            TraceEntry.Began began => $"{began.Kind} {began.Container}",
            TraceEntry.Abandoned abandoned => $"abandon {abandoned.Container}",
            TraceEntry.Written written => $"status {Text(written.Status)}",
            TraceEntry.Deleted => "gone",
            _ => null,
        };
        if (what is null || (what.StartsWith("status", StringComparison.Ordinal) && Happened.LastOrDefault(each => each.What.StartsWith("status", StringComparison.Ordinal)).What == what)) return;
        Happened.Add((Now, what));
    }

    // The first main container's state, or the pod's phase and reason where that is terminal.
    private static string Text(PodStatus status) => status.Phase is "Succeeded" or "Failed" ? $"{status.Phase} {status.Reason}".TrimEnd() : status.ContainerStatuses[0].State switch
    {
        { Running: not null } => "Running",
        { Terminated: { } ended } => ended.Reason,
        { Waiting: { } waiting } => waiting.Reason,
        _ => "",
    };

    private sealed class Log(TimingRig rig) : IPodEvents
    {
        public void Record(Pod pod, string type, string reason, string message, string? container = null) => rig.Happened.Add((rig.Now, $"event {reason}: {message}"));
    }

    private sealed class NoJitter : Random
    {
        public override double NextDouble() => 0;
    }
}
