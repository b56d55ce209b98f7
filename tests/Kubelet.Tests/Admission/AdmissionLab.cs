using Google.Protobuf.WellKnownTypes;

using MiniK8s.Kubelet.Admission;
using MiniK8s.Kubelet.Eviction;
using MiniK8s.Kubelet.PodWorkers;
using MiniK8s.Kubelet.Tests.Fakes;
using MiniK8s.Protocol.Core.V1;

using Microsoft.Extensions.Logging.Abstractions;

namespace MiniK8s.Kubelet.Tests.Admission;

/// <summary>A node's door by itself: workers that only stand there.</summary>
internal sealed class AdmissionLab(FakeNode node) : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly Dictionary<string, PodWorker> _workers = [];
    private PodAdmission? _admission;

    public NodePressure Pressure { get; } = new();

    public PodAdmission Admission => _admission ??= new(node, Pressure, new NoEvents(), TimeProvider.System);

    public void Open() => Admission.Open(_stopping.Token);

    public Task<Refusal?> Arrive(string uid, string cpu, DateTimeOffset created, Action<Pod>? change = null)
    {
        var pod = PodAdmissionTests.Asking(cpu);
        (pod.Metadata.Uid, pod.Metadata.CreationTimestamp) = (uid, Timestamp.FromDateTimeOffset(created));
        change?.Invoke(pod);
        _workers[uid] = new PodWorker(pod, rooms: null!, NullLogger<PodWorker>.Instance);
        return Admission.AdmitAsync(_workers[uid], _stopping.Token).OrMissing($"the answer to {uid}");
    }

    public void Remove(string uid) => _workers[uid].Remove();

    public void Change(string uid, Action<Pod> change)
    {
        var changed = _workers[uid].Pod.Clone();
        change(changed);
        _workers[uid].Update(changed);
    }

    private sealed class NoEvents : IPodEvents
    {
        public void Record(Pod pod, string type, string reason, string message, string? container = null) { }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _stopping.Dispose();
    }
}
