using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.ApiServer.Rest.Tables;

internal sealed class PodTemplateTable() : KindTable<PodTemplate>(
    PodTemplate.Descriptor,
    TableColumn.ObjectName,
    TemplateCells.Containers with { Priority = 0 }, TemplateCells.Images with { Priority = 0 },
    new("Pod Labels", "The labels of the pods made from it."))
{
    protected override TableRow Row(PodTemplate obj, DateTimeOffset now)
    {
        var (names, images) = TemplateCells.Of(obj.Template);
        return new([Name(obj), names, images, TemplateCells.Labels(obj.Template?.Metadata?.Labels ?? [])]);
    }
}
