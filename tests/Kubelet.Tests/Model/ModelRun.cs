using MiniK8s.Kubelet.Containers;
using MiniK8s.Kubelet.PodWorkers;
using MiniK8s.Kubelet.Tests.Fakes;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.Tests.Model;

/// <summary>One random pod, and now and then its namesakes, through random events; a seed draws all of it.</summary>
/// <remarks>
/// A step happens only when everything rests, and then everything that it sets off is run to rest. What comes of it goes through the
/// checker as it happens. At the end all that is broken is mended, and the pod must come to what <see cref="ModelEnd"/> says.
/// </remarks>
internal sealed partial class ModelRun
{
    private readonly int _seed;
    private readonly Pump _pump = new();
    private readonly ManualTimeProvider _time = new();
    private readonly TraceChecker _checker = new();
    private readonly RandomScript _script;
    private readonly ModelRuntime _runtime;
    private readonly ModelApi _api;
    private readonly ModelProbes _probes = new();
    private readonly Events _events;
    private readonly Dictionary<string, Pod> _told = [];
    private readonly Dictionary<string, Stop> _stops = [];
    private readonly List<(ModelRuntime.Instance Instance, int Stops)> _toShorten = [];
    private ModelKubelet _kubelet = null!;      // made on the pump, where everything of it stays
    private Random _random;
    private BrokenRuleException? _broken;
    private int _pods;

    public ModelRun(int seed)
    {
        _seed = seed;
        _random = new Random(seed);
        _script = new RandomScript(() => _random);
        _runtime = new ModelRuntime(_time, _script, Note) { OnDied = Died, OnStarted = Started };
        _api = new ModelApi(_time, Note);
        _events = new Events(this);
    }

    /// <summary>What happened, in order.</summary>
    public List<TraceEntry> Trace { get; } = [];

    /// <summary>Runs it all; throws at the first rule that does not hold.</summary>
    public void Run(int steps)
    {
        var before = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(_pump);
        try
        {
            _kubelet = new ModelKubelet(_runtime, _api, _probes, _events, _time, _random);
            Create();
            for (var step = 0; step < steps; step++)
            {
                // Each step has a seed of its own: where one thread-pool thread was faster than another, the next step is the same again.
                Reseed(step);
                Step();
                Rest();
            }
            Settle(steps);
            var ended = _kubelet.StopAsync();
            Rest(() => ended.IsCompleted ? null : "the end of the kubelet");
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }
    }

    private void Reseed(int step)
    {
        _random = new Random(unchecked((_seed * 100_003) + step));
        _pump.Seed(step);
    }

    private void Rest() => Rest(() => null);

    private void Rest(Func<string?> missing)
    {
        _pump.Run(() => _kubelet.Missing ?? MissingStop() ?? missing());
        if (_broken is not null) throw _broken;
    }

    private string? MissingStop()
    {
        _toShorten.RemoveAll(each => each.Instance.Stops >= each.Stops || each.Instance.WaitingStops == 0);
        return _toShorten.Count > 0 ? "a stop with a shorter grace" : null;
    }

    // A worker survives whatever is thrown at it, so that a broken rule is kept for the run itself to throw.
    private void Note(TraceEntry entry)
    {
        Trace.Add(entry);
        try
        {
            _checker.Add(entry);
        }
        catch (BrokenRuleException exception)
        {
            _broken ??= exception;
        }
    }

    // As the runtime's events come: a moment later.
    private void Died(string uid) => _pump.Post(_ => _kubelet.Pool.Wake(uid), null);

    private void Started(ModelRuntime.Instance instance)
    {
        if (!HasStartupProbe(instance)) Note(new TraceEntry.Up(_runtime.Now, instance.Status.PodUid, instance.Status.Name));
    }

    private void StartupSucceeds(ModelRuntime.Instance instance)
    {
        if (!HasStartupProbe(instance) || !_probes.Started.Add(instance.Status.Id)) return;
        Note(new TraceEntry.Up(_runtime.Now, instance.Status.PodUid, instance.Status.Name));
        _kubelet.Pool.Wake(instance.Status.PodUid);
    }

    private bool HasStartupProbe(ModelRuntime.Instance instance) => _api.Last[instance.Status.PodUid].Spec is var spec
        && spec.InitContainers.Concat(spec.Containers).First(c => c.Name == instance.Status.Name).StartupProbe is not null;

    private void Create()
    {
        var pod = RandomPods.Draw($"u{_pods++}", _random);
        _api.Create(pod);
    }

    private void Hear()
    {
        if (!_api.Watch.TryDequeue(out var heard)) return;
        if (heard.IsGone) Remove(heard.Pod);
        else Tell(heard.Pod);
    }

    private void Tell(Pod pod)
    {
        var uid = pod.Metadata.Uid;
        var before = _told.GetValueOrDefault(uid);
        _told[uid] = pod;
        if (pod.IsDeleting()) NoteTold(pod, TimeSpan.FromSeconds(pod.Metadata.DeletionGracePeriodSeconds), pod.Metadata.DeletionTimestamp.ToDateTimeOffset() - A.Noon);
        if (pod.IsDeleting() && _stops.TryGetValue(uid, out var stop)) Shorten(stop, uid, (before?.IsDeleting() == true ? stop.Began : _time.GetUtcNow()) + StopDeadline.GraceOf(pod));
        _kubelet.Update(pod);
    }

    private void Remove(Pod pod)
    {
        if (_kubelet.Met.Contains(pod.Metadata.Uid)) NoteTold(pod, TimeSpan.FromSeconds(pod.Spec.TerminationGracePeriodSeconds), deletionAt: null);
        _kubelet.Remove(pod);
    }

    private void NoteTold(Pod pod, TimeSpan grace, TimeSpan? deletionAt)
    {
        var pull = _runtime.Gates.Find(g => g.Kind == "pull" && g.Uid == pod.Metadata.Uid);
        Note(new TraceEntry.Told(_runtime.Now, pod.Metadata.Uid, grace, deletionAt, pull?.Container, IsResumed: !_kubelet.Met.Contains(pod.Metadata.Uid)));
    }

    // Every stop that waits asks again with what is left; that comes by way of the thread pool.
    private void Shorten(Stop stop, string uid, DateTimeOffset to)
    {
        if (to >= stop.Ends) return;
        stop.Ends = to;
        _toShorten.AddRange(_runtime.Running.Where(i => i.Status.PodUid == uid && i.WaitingStops > 0).Select(i => (i, i.Stops + 1)));
    }

    private void StopBegins(Pod pod)
    {
        var (uid, now, grace) = (pod.Metadata.Uid, _time.GetUtcNow(), StopDeadline.GraceOf(_told[pod.Metadata.Uid]));
        if (_stops.ContainsKey(uid)) return;
        var left = _told[uid].Metadata.DeletionTimestamp?.ToDateTimeOffset() - now;
        var isResumed = _kubelet.MetDeleting.Contains(uid) && left < grace;
        _stops[uid] = isResumed
            ? new Stop { Began = now + left!.Value - grace, Ends = now + (left < TimeSpan.FromSeconds(1) ? TimeSpan.FromSeconds(1) : left.Value) }
            : new Stop { Began = now, Ends = now + grace };
    }

    /// <summary>When a stop that is under way began, and when its grace ends.</summary>
    private sealed class Stop
    {
        public DateTimeOffset Began { get; init; }

        public DateTimeOffset Ends { get; set; }
    }

    private sealed class Events(ModelRun run) : IPodEvents
    {
        public void Record(Pod pod, string type, string reason, string message, string? container = null)
        {
            if (reason != "Killing") return;
            run.Note(new TraceEntry.Killing(run._runtime.Now, pod.Metadata.Uid, container!, message));
            if (message.StartsWith("Stopping container", StringComparison.Ordinal)) run.StopBegins(pod);
        }
    }
}
