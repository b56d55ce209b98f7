using MiniK8s.Protocol.Batch.V1;

namespace MiniK8s.ApiServer.Rest.Tables;

internal sealed class JobTable() : KindTable<Job>(
    Job.Descriptor,
    TableColumn.ObjectName,
    new("Status", "Running, Complete, Failed, Terminating, Suspended or FailureTarget."),
    new("Completions", "How many pods ended well, of how many that have to."),
    new("Duration", "How long the job took, or has taken so far."),
    TableColumn.Age,
    TemplateCells.Containers, TemplateCells.Images, TemplateCells.SelectorColumn)
{
    protected override TableRow Row(Job obj, DateTimeOffset now)
    {
        var (names, images) = TemplateCells.Of(obj.Spec.Template);
        return new([
            Name(obj), State(obj), Completions(obj), Duration(obj.Status, now), Age(obj, now), names, images, TemplateCells.Selector(obj.Spec.Selector)]);
    }

    // The first that applies.
    private static string State(Job obj) =>
        Has(obj, "Complete") ? "Complete"
        : Has(obj, "Failed") ? "Failed"
        : obj.Metadata?.DeletionTimestamp is not null ? "Terminating"
        : Has(obj, "Suspended") ? "Suspended"
        : Has(obj, "FailureTarget") ? "FailureTarget"
        : "Running";

    private static bool Has(Job obj, string condition) => obj.Status.Conditions.Any(each => each.Type == condition && each.Status == "True");

    // Without a number of completions one good end is enough, whatever the number of pods.
    private static string Completions(Job obj) =>
        obj.Spec.HasCompletions ? $"{obj.Status.Succeeded}/{obj.Spec.Completions}"
        : obj.Spec.Parallelism > 1 ? $"{obj.Status.Succeeded}/1 of {obj.Spec.Parallelism}"
        : $"{obj.Status.Succeeded}/1";

    private static string Duration(JobStatus status, DateTimeOffset now)
    {
        if (status.StartTime is null) return "";
        return HumanDuration.Of((status.CompletionTime?.ToDateTimeOffset() ?? now) - status.StartTime.ToDateTimeOffset());
    }
}
