using System.Text.Json;

using Google.Protobuf.WellKnownTypes;

using MiniK8s.Api.Errors;
using MiniK8s.Api.Objects;
using MiniK8s.Client.Controllers;
using MiniK8s.Client.Informers;
using MiniK8s.Client.Resources;
using MiniK8s.ControllerManager.Loops;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.V1;

namespace MiniK8s.ControllerManager.Namespaces;

/// <summary>Empties namespaces that are being deleted, then lets them go.</summary>
/// <remarks>
/// | the namespace                         | action                                          | again                         |
/// |---------------------------------------|-------------------------------------------------|-------------------------------|
/// | is in use, gone, or not held by us    | none                                            | after a change                |
/// | is being deleted, with pods           | delete the pods; write conditions               | half of the longest grace + 1 s|
/// | is being deleted, with other content  | delete every kind's objects; write conditions   | half of the longest grace + 1 s|
/// | is being deleted, something failed    | the same                                        | backed off                    |
/// | is being deleted, empty               | take the finalizer <c>kubernetes</c> off        | after a change                |
/// Begins 5 s after the deletion was heard of, so that writers have heard of it too. What pods still rely on while they end, policies that guard
/// them above all, outlives the last of them (CVE-2024-7598).
/// </remarks>
internal sealed class NamespaceController : KeyController
{
    private const string Finalizer = "kubernetes";
    private static readonly TimeSpan HeadStart = TimeSpan.FromSeconds(5);
    private readonly IApiClient _api;
    private readonly IReadOnlyList<INamespaceContent> _contents;
    private readonly TimeProvider _time;

    public NamespaceController(
        InformerSet informers, IApiClient api, IReadOnlyList<INamespaceContent> contents, TimeProvider time, ILoggerFactory loggers)
        : base("namespace", workers: 10, time, loggers)
    {
        (_api, _contents, _time) = (api, contents, time);
        informers.Of<Namespace>().AddHandler(InformerHandler.For<Namespace>(
            added => Consider(added),
            (old, current) => { if (old.Metadata.DeletionTimestamp is null || old.Metadata.Uid != current.Metadata.Uid) Consider(current); },
            _ => { }));
    }

    public override async Task<Requeue> ReconcileAsync(ObjectKey key, CancellationToken ct)
    {
        var ns = await ReadAsync(key.Name, ct);
        if (ns?.Metadata.DeletionTimestamp is null || ns.Spec?.Finalizers.Contains(Finalizer) != true) return Requeue.None;

        var report = await RemoveContentAsync(key.Name, ct);
        if (!report.IsEmpty) await WriteAsync(ns, report, ct);
        if (report.Failures.Count > 0)
            throw new InvalidOperationException($"Not all content could be deleted: {string.Join("; ", report.Failures.Values)}");
        if (!report.IsEmpty) return Requeue.In(report.LookAgainIn);

        await FinalizeAsync(ns, ct);
        return Requeue.None;
    }

    private void Consider(Namespace ns)
    {
        if (ns.Metadata.DeletionTimestamp is not null) Queue.AddAfter(new ObjectKey("", ns.Metadata.Name), HeadStart);
    }

    // From the server, not the cache: what is decided here cannot be undone.
    private async Task<Namespace?> ReadAsync(string name, CancellationToken ct)
    {
        try
        {
            return await _api.Resource<Namespace>().GetAsync("", name, ct);
        }
        catch (ApiException refusal) when (refusal.Status.Code == 404)
        {
            return null;
        }
    }

    private async Task<DeletionReport> RemoveContentAsync(string ns, CancellationToken ct)
    {
        var pods = await RemoveAsync(ns, _contents.Where(IsPods), ct);
        return pods.IsEmpty ? await RemoveAsync(ns, _contents.Where(content => !IsPods(content)), ct) : pods;
    }

    private static bool IsPods(INamespaceContent content) => content.Kind == ApiKinds.Of<Pod>();

    private static async Task<DeletionReport> RemoveAsync(string ns, IEnumerable<INamespaceContent> contents, CancellationToken ct)
    {
        var left = new Dictionary<ApiKind, Remains>();
        var failures = new Dictionary<ApiKind, string>();
        foreach (var content in contents)
        {
            try
            {
                var remains = await content.RemoveAsync(ns, ct);
                if (remains.Count > 0) left.Add(content.Kind, remains);
            }
            catch (ApiException refusal)
            {
                failures.Add(content.Kind, refusal.Message);
            }
        }
        return new DeletionReport(left, failures);
    }

    private async Task WriteAsync(Namespace ns, DeletionReport report, CancellationToken ct)
    {
        var changed = ns.Clone();
        changed.Status ??= new NamespaceStatus();
        report.WriteTo(changed.Status, Timestamp.FromDateTimeOffset(_time.GetUtcNow()));
        if (!changed.Equals(ns)) await _api.Resource<Namespace>().UpdateStatusAsync(changed, ct);
    }

    private async Task FinalizeAsync(Namespace ns, CancellationToken ct)
    {
        var patch = JsonSerializer.Serialize(new
        {
            metadata = new { uid = ns.Metadata.Uid },
            spec = new { finalizers = ns.Spec.Finalizers.Where(finalizer => finalizer != Finalizer) },
        });
        try
        {
            await _api.Resource<Namespace>().PatchAsync("", ns.Metadata.Name, PatchType.MergePatch, patch, "finalize", ct);
        }
        catch (ApiException refusal) when (refusal.Status.Code == 404)
        {
            // Gone already.
        }
    }
}
