using System.Globalization;

using MiniK8s.Protocol.Apps.V1;

namespace MiniK8s.ApiServer.Registry.DaemonSets;

/// <summary>DaemonSets: besides the generation, an annotation counts the changes of the template, as it did in the first versions of the kind.</summary>
internal sealed class DaemonSetStrategy : SpecStatusStrategy<DaemonSet>
{
    private const string TemplateGeneration = "deprecated.daemonset.template.generation";

    /// <inheritdoc/>
    protected override void PrepareForCreate(DaemonSet obj)
    {
        base.PrepareForCreate(obj);
        obj.Metadata.Annotations[TemplateGeneration] = Text(long.Max(1, Read(obj)));
    }

    /// <inheritdoc/>
    protected override void PrepareForUpdate(DaemonSet obj, DaemonSet existing, string subresource)
    {
        base.PrepareForUpdate(obj, existing, subresource);
        var isOtherTemplate = !obj.Spec.Template.Equals(existing.Spec.Template);
        obj.Metadata.Annotations[TemplateGeneration] = Text(Read(existing) + (isOtherTemplate ? 1 : 0));
    }

    private static string Text(long count) => count.ToString(CultureInfo.InvariantCulture);

    // What a client wrote there and is no number counts as nothing.
    private static long Read(DaemonSet obj) =>
        obj.Metadata.Annotations.TryGetValue(TemplateGeneration, out var text)
        && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : 0;
}
