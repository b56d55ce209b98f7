using Google.Protobuf.WellKnownTypes;

using MiniK8s.Kubelet.Status;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.Tests.Model;

/// <summary>One name at an apiserver, with the watch of it: what is stored goes out in order, and is heard when the run says so.</summary>
internal sealed class ModelApi(TimeProvider time, Action<TraceEntry> trace) : IPodApi
{
    private readonly DateTimeOffset _began = time.GetUtcNow();
    private ulong _version = 1;

    public Pod? Stored { get; private set; }

    /// <summary>Not yet heard by the kubelet.</summary>
    public Queue<(Pod Pod, bool IsGone)> Watch { get; } = new();

    /// <summary>How many requests fail first.</summary>
    public int Failures { get; set; }

    /// <summary>The last of each pod, by uid.</summary>
    public Dictionary<string, Pod> Last { get; } = [];

    private TimeSpan Now => time.GetUtcNow() - _began;

    public void Create(Pod pod)
    {
        trace(new TraceEntry.Born(Now, pod));
        Store(pod);
    }

    public void Change(Action<Pod> change)
    {
        var next = Stored!.Clone();
        change(next);
        Store(next);
    }

    /// <summary>A user's delete, as the apiserver takes it [spec 6.1]; no grace given is the pod's own.</summary>
    public void Delete(int? grace)
    {
        var pod = Stored!;
        var seconds = pod.Status.Phase is "Succeeded" or "Failed" ? 0 : grace ?? (int)pod.Spec.TerminationGracePeriodSeconds;
        var isSecond = pod.Metadata.DeletionTimestamp is not null;
        if (isSecond && seconds >= pod.Metadata.DeletionGracePeriodSeconds) return;
        var requested = isSecond
            ? pod.Metadata.DeletionTimestamp!.ToDateTimeOffset().AddSeconds(-pod.Metadata.DeletionGracePeriodSeconds)
            : DateTimeOffset.FromUnixTimeSeconds(time.GetUtcNow().ToUnixTimeSeconds());
        Change(p =>
        {
            p.Metadata.DeletionTimestamp = Timestamp.FromDateTimeOffset(requested.AddSeconds(seconds));
            p.Metadata.DeletionGracePeriodSeconds = seconds;
        });
        if (seconds == 0) Remove();
    }

    public Task<Pod> CreateAsync(Pod mirror, CancellationToken ct) => throw new NotSupportedException("No static pods here.");

    public async Task<Pod?> GetAsync(string ns, string name, CancellationToken ct)
    {
        await AnswerAsync();
        return Stored?.Clone();
    }

    public async Task<Pod?> TryUpdateStatusAsync(Pod pod, CancellationToken ct)
    {
        await AnswerAsync();
        if (Stored is null || Stored.Metadata.Uid != pod.Metadata.Uid || Stored.Metadata.ResourceVersion != pod.Metadata.ResourceVersion) return null;
        var next = Stored.Clone();
        next.Status = pod.Status.Clone();
        trace(new TraceEntry.Written(Now, pod.Metadata.Uid, next.Status));
        Store(next);
        return Stored.Clone();
    }

    public async Task DeleteAsync(string ns, string name, string uid, CancellationToken ct)
    {
        await AnswerAsync();
        var pod = Stored?.Metadata.Uid == uid ? Stored : Last.GetValueOrDefault(uid);
        trace(new TraceEntry.Deleted(Now, uid, pod?.Metadata.DeletionTimestamp is not null, pod?.Status.Phase ?? ""));
        if (Stored?.Metadata.Uid == uid) Remove();
    }

    private async Task AnswerAsync()
    {
        await Task.Yield();
        if (Failures-- > 0) throw new InvalidOperationException("The apiserver does not answer.");
        Failures = Math.Max(0, Failures);
    }

    private void Store(Pod pod)
    {
        pod.Metadata.ResourceVersion = $"{++_version}";
        Stored = pod;
        Last[pod.Metadata.Uid] = pod;
        Watch.Enqueue((pod.Clone(), false));
    }

    private void Remove()
    {
        Watch.Enqueue((Stored!.Clone(), true));
        Stored = null;
    }
}
