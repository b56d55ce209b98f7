using System.Globalization;

using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.ApiServer.Rest.Tables;

internal sealed class PodTable() : KindTable<Pod>(
    Pod.Descriptor,
    TableColumn.ObjectName,
    new("Ready", "How many of its containers are ready."),
    new("Status", "The phase, or what stands in the way of it."),
    new("Restarts", "How often its containers were restarted, and when last."),
    TableColumn.Age,
    new("IP", "The pod's address.", Priority: 1),
    new("Node", "The node it is bound to.", Priority: 1),
    new("Nominated Node", "The node where room is being made for it.", Priority: 1),
    new("Readiness Gates", "How many of its readiness gates are true.", Priority: 1))
{
    protected override TableRow Row(Pod obj, DateTimeOffset now)
    {
        var summary = PodSummary.Of(obj);
        return new(
            [
                Name(obj), $"{summary.Ready}/{summary.Total}", summary.Status, Restarts(summary, now), Age(obj, now),
                OrNone(obj.Status?.PodIps.FirstOrDefault()?.Ip), OrNone(obj.Spec?.NodeName), OrNone(obj.Status?.NominatedNodeName),
                ReadinessGates(obj),
            ],
            Completion(obj));
    }

    private static string Restarts(PodSummary summary, DateTimeOffset now)
    {
        var count = summary.Restarts.ToString(CultureInfo.InvariantCulture);
        return summary.Restarts > 0 && summary.LastRestart is { } last ? $"{count} ({HumanDuration.Of(now - last)} ago)" : count;
    }

    private static string ReadinessGates(Pod pod)
    {
        if (pod.Spec is not { ReadinessGates.Count: > 0 } spec) return None;

        var isTrue = spec.ReadinessGates.Count(gate =>
            pod.Status?.Conditions.FirstOrDefault(condition => condition.Type == gate.ConditionType)?.Status == "True");
        return $"{isTrue}/{spec.ReadinessGates.Count}";
    }

    private static RowCompletion? Completion(Pod pod) => pod.Status?.Phase switch
    {
        "Succeeded" => new("Succeeded", "The pod has completed successfully."),
        "Failed" => new("Failed", "The pod failed."),
        _ => null,
    };
}
