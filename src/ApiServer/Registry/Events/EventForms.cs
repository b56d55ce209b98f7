using System.Text.Json.Nodes;

using MiniK8s.Api.Errors;
using MiniK8s.Api.Objects;
using MiniK8s.Api.Selectors;

using CoreEvent = MiniK8s.Protocol.Core.V1.Event;
using NewEvent = MiniK8s.Protocol.Events.V1.Event;

namespace MiniK8s.ApiServer.Registry.Events;

/// <summary>The two forms of an event, each made of the other; nothing is lost either way. Parts are shared, not copied.</summary>
/// <remarks>
/// events.k8s.io/v1                                   | core v1
/// ---------------------------------------------------+----------------------------------------
/// regarding, note, reportingController               | involvedObject, message, reportingComponent
/// deprecatedSource, deprecatedCount                  | source, count
/// deprecatedFirstTimestamp, deprecatedLastTimestamp  | firstTimestamp, lastTimestamp
/// all others                                         | have the same name
/// </remarks>
internal static class EventForms
{
    private const string Regarding = "regarding";
    private const string InvolvedObject = "involvedObject";

    private static readonly Dictionary<string, string> CoreNames = new()
    {
        [Regarding] = InvolvedObject,
        ["note"] = "message",
        ["reportingController"] = "reportingComponent",
        ["deprecatedSource"] = "source",
        ["deprecatedCount"] = "count",
        ["deprecatedFirstTimestamp"] = "firstTimestamp",
        ["deprecatedLastTimestamp"] = "lastTimestamp",
    };

    private static readonly string[] SelectableParts = ["kind", "namespace", "name", "uid", "apiVersion", "resourceVersion", "fieldPath"];

    private static readonly Dictionary<string, string> CoreFieldLabels = SelectableParts.ToDictionary(part => $"{Regarding}.{part}", part => $"{InvolvedObject}.{part}")
        .Concat(new Dictionary<string, string>
        {
            ["reason"] = "reason",
            ["reportingController"] = "reportingComponent",
            ["type"] = "type",
            ["metadata.name"] = "metadata.name",
            ["metadata.namespace"] = "metadata.namespace",
        })
        .ToDictionary();

    /// <summary>An event as events.k8s.io shows it.</summary>
    public static NewEvent FromCore(CoreEvent stored)
    {
        var shown = new NewEvent
        {
            Metadata = stored.Metadata,
            EventTime = stored.EventTime,
            ReportingController = stored.ReportingComponent,
            ReportingInstance = stored.ReportingInstance,
            Action = stored.Action,
            Reason = stored.Reason,
            Regarding = stored.InvolvedObject,
            Related = stored.Related,
            Note = stored.Message,
            Type = stored.Type,
            DeprecatedSource = stored.Source,
            DeprecatedFirstTimestamp = stored.FirstTimestamp,
            DeprecatedLastTimestamp = stored.LastTimestamp,
            DeprecatedCount = stored.Count,
        };
        if (stored.Series is { } series) shown.Series = new() { Count = series.Count, LastObservedTime = series.LastObservedTime };
        return shown;
    }

    /// <summary>An event as it is stored.</summary>
    public static CoreEvent ToCore(NewEvent shown)
    {
        var stored = new CoreEvent
        {
            Metadata = shown.Metadata,
            EventTime = shown.EventTime,
            ReportingComponent = shown.ReportingController,
            ReportingInstance = shown.ReportingInstance,
            Action = shown.Action,
            Reason = shown.Reason,
            InvolvedObject = shown.Regarding,
            Related = shown.Related,
            Message = shown.Note,
            Type = shown.Type,
            Source = shown.DeprecatedSource,
            FirstTimestamp = shown.DeprecatedFirstTimestamp,
            LastTimestamp = shown.DeprecatedLastTimestamp,
            Count = shown.DeprecatedCount,
        };
        if (shown.Series is { } series) stored.Series = new() { Count = series.Count, LastObservedTime = series.LastObservedTime };
        return stored;
    }

    /// <summary>A configuration to apply, in core's words.</summary>
    /// <exception cref="ApiException">400: it is one of another kind.</exception>
    public static JsonObject ToCore(JsonObject configuration)
    {
        var said = new TypeMeta(Text(configuration["apiVersion"]), Text(configuration["kind"]));
        if (said != SecondForms.Event.TypeMeta) throw StatusErrors.BadRequest($"invalid object type: {said.Group}/{said.Version}, Kind={said.Kind}");
        var stored = new JsonObject();
        foreach (var (name, value) in configuration) stored[CoreNames.GetValueOrDefault(name, name)] = value?.DeepClone();
        stored["apiVersion"] = "v1";
        return stored;

        static string Text(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : "";
    }

    /// <summary>A field selector in core's words.</summary>
    /// <exception cref="ApiException">400: it cannot be read, or names a field that cannot be selected by.</exception>
    public static string FieldSelectorToCore(string selector)
    {
        try
        {
            return string.Join(',', FieldQuery.Parse(selector).Requirements.Select(requirement => requirement with { Field = Label(requirement.Field) }));
        }
        catch (SelectorException ex)
        {
            throw StatusErrors.BadRequest(ex.Message);
        }
    }

    private static string Label(string field) =>
        CoreFieldLabels.GetValueOrDefault(field) ?? throw StatusErrors.BadRequest($"field label not supported: {field}");
}
