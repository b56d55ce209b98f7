using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.ApiServer.Rest.Tables;

internal sealed class EventTable() : KindTable<Event>(
    Event.Descriptor,
    new("Last Seen", "The time since it was last observed."),
    new("Type", "Normal or Warning."),
    new("Reason", "Why it happened, in one word."),
    new("Object", "What it is about."),
    new("Subobject", "The part of the object it is about.", Priority: 1),
    new("Source", "Who reported it, and where that runs.", Priority: 1),
    new("Message", "What happened."),
    new("First Seen", "The time since it was first observed.", Priority: 1),
    new("Count", "How often it was observed.", Priority: 1),
    TableColumn.ObjectName.Wide())
{
    protected override TableRow Row(Event obj, DateTimeOffset now)
    {
        var first = HumanDuration.Since(HumanDuration.IsZero(obj.FirstTimestamp) ? obj.EventTime : obj.FirstTimestamp, now);
        var (last, count) = obj.Series is { } series
            ? (HumanDuration.Since(series.LastObservedTime, now), series.Count)
            : (HumanDuration.IsZero(obj.LastTimestamp) ? first : HumanDuration.Since(obj.LastTimestamp, now), Math.Max(1, obj.Count));
        return new([
            last, obj.Type, obj.Reason, Target(obj.InvolvedObject), obj.InvolvedObject?.FieldPath ?? "", Source(obj),
            obj.Message.Trim(), first, (long)count, Name(obj)]);
    }

    private static string Target(ObjectReference? about)
    {
        var kind = about?.Kind.ToLowerInvariant() ?? "";
        return string.IsNullOrEmpty(about?.Name) ? kind : $"{kind}/{about.Name}";
    }

    private static string Source(Event obj)
    {
        var component = FirstNonEmpty(obj.Source?.Component, obj.ReportingComponent);
        var instance = FirstNonEmpty(obj.Source?.Host, obj.ReportingInstance);
        return instance.Length == 0 ? component : $"{component}, {instance}";
    }

    private static string FirstNonEmpty(string? first, string second) => string.IsNullOrEmpty(first) ? second : first;
}
