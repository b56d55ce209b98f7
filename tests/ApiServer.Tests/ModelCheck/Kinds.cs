using System.Text.Json.Nodes;

namespace MiniK8s.ApiServer.Tests.ModelCheck;

/// <summary>A kind the calls are about. ConfigMaps go at once; Pods have an indexed field, and are marked before they go.</summary>
/// <param name="Plural">In paths.</param>
/// <param name="IsMarkedFirst">A deletion is two changes.</param>
/// <param name="Fields">Field selectors, and what each selects.</param>
internal sealed record Kind(string Plural, bool IsMarkedFirst, IReadOnlyList<Selector> Fields)
{
    public static readonly Kind ConfigMaps = new("configmaps", IsMarkedFirst: false, Names);

    public static readonly Kind Pods = new("pods", IsMarkedFirst: true,
    [
        .. Names,
        new("spec.nodeName=n1", pod => NodeOf(pod) == "n1"), new("spec.nodeName!=n1", pod => NodeOf(pod) != "n1"), new("spec.nodeName=", pod => NodeOf(pod).Length == 0),
    ]);

    public static readonly IReadOnlyList<Kind> All = [ConfigMaps, Pods];

    private static IReadOnlyList<Selector> Names =>
    [
        Selector.Everything, new("metadata.name=a", obj => NameOf(obj) == "a"), new("metadata.name!=a", obj => NameOf(obj) != "a"),
    ];

    /// <summary>A new object as a client writes it.</summary>
    public JsonObject New(string name, string color, string value, string node)
    {
        var metadata = new JsonObject { ["name"] = name, ["annotations"] = new JsonObject { ["value"] = value } };
        if (color.Length > 0) metadata["labels"] = new JsonObject { ["color"] = color };
        if (this == ConfigMaps) return new JsonObject { ["metadata"] = metadata };
        var spec = new JsonObject { ["containers"] = new JsonArray(new JsonObject { ["name"] = "c", ["image"] = "nginx:1" }) };
        if (node.Length > 0) spec["nodeName"] = node;
        return new JsonObject { ["metadata"] = metadata, ["spec"] = spec };
    }

    public override string ToString() => Plural;

    private static string NameOf(JsonObject obj) => (string)obj["metadata"]!["name"]!;

    private static string NodeOf(JsonObject pod) => (string?)pod["spec"]!["nodeName"] ?? "";
}

/// <summary>A label or field selector, and what it selects.</summary>
internal sealed record Selector(string Text, Func<JsonObject, bool> Matches)
{
    public static readonly Selector Everything = new("", _ => true);

    /// <summary>Over the label "color".</summary>
    public static readonly IReadOnlyList<Selector> Labels =
    [
        Everything, new("color=red", obj => ColorOf(obj) == "red"), new("color!=red", obj => ColorOf(obj) != "red"),
        new("color in (red,blue)", obj => ColorOf(obj) is "red" or "blue"), new("!color", obj => ColorOf(obj) is null),
    ];

    private static string? ColorOf(JsonObject obj) => (string?)obj["metadata"]!["labels"]?["color"];
}

/// <summary>Which objects a call is about.</summary>
/// <param name="Namespace">"" is all.</param>
internal sealed record Scope(Kind Kind, string Namespace, Selector Labels, Selector Fields)
{
    /// <summary>Without selectors a page knows how many objects are left.</summary>
    public bool HasSelectors => Labels.Text.Length > 0 || Fields.Text.Length > 0;

    public string Path => Namespace.Length == 0 ? $"/api/v1/{Kind.Plural}" : $"/api/v1/namespaces/{Namespace}/{Kind.Plural}";

    /// <summary>As parameters of a query, each with &amp; before it.</summary>
    public string Query =>
        (Labels.Text.Length > 0 ? $"&labelSelector={Uri.EscapeDataString(Labels.Text)}" : "")
        + (Fields.Text.Length > 0 ? $"&fieldSelector={Uri.EscapeDataString(Fields.Text)}" : "");

    public bool Includes(JsonObject? obj) =>
        obj is not null && (Namespace.Length == 0 || (string?)obj["metadata"]!["namespace"] == Namespace) && Labels.Matches(obj) && Fields.Matches(obj);
}
