using MiniK8s.Protocol.Batch.V1;

namespace MiniK8s.ApiServer.Rest.Tables;

internal sealed class CronJobTable() : KindTable<CronJob>(
    CronJob.Descriptor,
    TableColumn.ObjectName,
    new("Schedule", "When jobs are started."),
    new("Timezone", "The time zone of the schedule."),
    new("Suspend", "Whether no jobs are started now."),
    new("Active", "How many jobs run now.", Type: "integer"),
    new("Last Schedule", "The time since a job was last started."),
    TableColumn.Age,
    TemplateCells.Containers, TemplateCells.Images, TemplateCells.SelectorColumn)
{
    protected override TableRow Row(CronJob obj, DateTimeOffset now)
    {
        var (spec, job) = (obj.Spec, obj.Spec.JobTemplate.Spec);
        var (names, images) = TemplateCells.Of(job.Template);
        var last = obj.Status.LastScheduleTime is { } time ? HumanDuration.Since(time, now) : None;
        return new([
            Name(obj), spec.Schedule, spec.HasTimeZone ? spec.TimeZone : None, Suspend(spec), (long)obj.Status.Active.Count, last, Age(obj, now), names,
            images, TemplateCells.Selector(job.Selector)]);
    }

    private static string Suspend(CronJobSpec spec) => !spec.HasSuspend ? "<unset>" : spec.Suspend ? "True" : "False";
}
