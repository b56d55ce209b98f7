using MiniK8s.Api.Selectors;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.ApiServer.Rest.Tables;

/// <summary>The cells that all makers of pods show in the wide form: what their pods run, and how they find them.</summary>
internal static class TemplateCells
{
    private const string None = "<none>";

    public static TableColumn Containers { get; } = new("Containers", "The names of the containers in the template.", Priority: 1);

    public static TableColumn Images { get; } = new("Images", "The images of the containers in the template.", Priority: 1);

    public static TableColumn SelectorColumn { get; } = new("Selector", "Which pods belong to it, by their labels.", Priority: 1);

    /// <summary>Names and images of the containers, each joined by commas.</summary>
    public static (string Names, string Images) Of(PodTemplateSpec? template)
    {
        var containers = template?.Spec?.Containers ?? [];
        return (string.Join(',', containers.Select(container => container.Name)), string.Join(',', containers.Select(container => container.Image)));
    }

    /// <summary>A selector in its text form.</summary>
    public static string Selector(LabelSelector? selector)
    {
        try
        {
            return LabelQuery.From(selector).ToString() is { Length: > 0 } text ? text : None;
        }
        catch (SelectorException)
        {
            return "<error>";
        }
    }

    /// <summary>Labels as <c>a=b,c=d</c>.</summary>
    public static string Labels(IEnumerable<KeyValuePair<string, string>> labels)
    {
        var text = string.Join(',', labels.OrderBy(label => label.Key, StringComparer.Ordinal).Select(label => $"{label.Key}={label.Value}"));
        return text.Length > 0 ? text : None;
    }
}
