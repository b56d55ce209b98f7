using System.Text.Json.Nodes;

namespace MiniK8s.ApiServer.Rest.OpenApi;

/// <summary>The query parameters of each verb, as the documents list them.</summary>
internal static class OpenApiParameters
{
    private static readonly (string Name, string Type, string Description)[] Write =
    [
        ("dryRun", "string", "All: do everything but store the result."),
        ("fieldManager", "string", "A name for who makes the change, of at most 128 printable characters."),
        ("fieldValidation", "string", "Ignore, Warn or Strict: what becomes of unknown and duplicate fields."),
    ];

    private static readonly (string Name, string Type, string Description)[] Read =
    [
        ("allowWatchBookmarks", "boolean", "Whether the watch may carry bookmarks."),
        ("continue", "string", "The token of the next page, from the page before."),
        ("fieldSelector", "string", "Which objects, by their fields."),
        ("labelSelector", "string", "Which objects, by their labels."),
        ("limit", "integer", "How many objects a page may have."),
        ("resourceVersion", "string", "The version to read at or after."),
        ("resourceVersionMatch", "string", "Exact or NotOlderThan."),
        ("sendInitialEvents", "boolean", "Whether the watch begins with what exists."),
        ("timeoutSeconds", "integer", "How long the watch lasts."),
        ("watch", "boolean", "Follow the collection instead of listing it."),
    ];

    private static readonly (string Name, string Type, string Description)[] Delete =
    [
        ("dryRun", "string", "All: do everything but delete."),
        ("gracePeriodSeconds", "integer", "How long the object may take to end; 0 is at once."),
        ("orphanDependents", "boolean", "Whether dependents outlive the object. Use propagationPolicy."),
        ("propagationPolicy", "string", "Orphan, Background or Foreground: what becomes of dependents."),
    ];

    /// <summary>The parameters of an action: list, get, post, put, patch, delete or deletecollection.</summary>
    public static JsonArray Of(string action) => action switch
    {
        "list" => Query(Read),
        "post" or "put" => Query(Write),
        "patch" => Query([.. Write, ("force", "boolean", "Take over fields of other managers; for apply patches only.")]),
        "delete" => Query(Delete),
        "deletecollection" => Query([.. Delete, .. Read.Where(parameter => parameter.Name.EndsWith("Selector", StringComparison.Ordinal))]),
        _ => [],
    };

    /// <summary>A parameter that is part of the path.</summary>
    public static JsonObject Path(string name, string description) => new()
    {
        ["description"] = description,
        ["in"] = "path",
        ["name"] = name,
        ["required"] = true,
        ["schema"] = new JsonObject { ["type"] = "string", ["uniqueItems"] = true },
    };

    private static JsonArray Query(IEnumerable<(string Name, string Type, string Description)> parameters) =>
        [.. parameters.Select(parameter => (JsonNode)new JsonObject
        {
            ["description"] = parameter.Description,
            ["in"] = "query",
            ["name"] = parameter.Name,
            ["schema"] = new JsonObject { ["type"] = parameter.Type, ["uniqueItems"] = true },
        })];
}
