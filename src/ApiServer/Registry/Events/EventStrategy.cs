using MiniK8s.Protocol;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.ApiServer.Registry.Events;

/// <summary>Events pass away after an hour.</summary>
internal sealed class EventStrategy : ResourceStrategy<Event>
{
    /// <inheritdoc/>
    public override bool AllowsCreateOnUpdate => true;

    /// <inheritdoc/>
    public override string? FieldOf(IApiObject obj, string field)
    {
        var (seen, about) = ((Event)obj, ((Event)obj).InvolvedObject);
        return field switch
        {
            "involvedObject.kind" => about.Kind,
            "involvedObject.namespace" => about.Namespace,
            "involvedObject.name" => about.Name,
            "involvedObject.uid" => about.Uid,
            "involvedObject.apiVersion" => about.ApiVersion,
            "involvedObject.resourceVersion" => about.ResourceVersion,
            "involvedObject.fieldPath" => about.FieldPath,
            "reason" => seen.Reason,
            "reportingComponent" => seen.ReportingComponent,
            "source" => seen.Source is { Component.Length: > 0 } source ? source.Component : seen.ReportingComponent,
            "type" => seen.Type,
            _ => base.FieldOf(obj, field),
        };
    }

    /// <inheritdoc/>
    public override TimeSpan? TimeToLive { get; } = TimeSpan.FromHours(1);
}
