using MiniK8s.Protocol.Apps.V1;

namespace MiniK8s.ApiServer.Rest.Tables;

internal sealed class DeploymentTable() : KindTable<Deployment>(
    Deployment.Descriptor,
    TableColumn.ObjectName,
    new("Ready", "How many pods are ready, of how many wanted."),
    new("Up-to-date", "How many pods are of the present template."),
    new("Available", "How many pods have been ready for minReadySeconds."),
    TableColumn.Age,
    TemplateCells.Containers, TemplateCells.Images, TemplateCells.SelectorColumn)
{
    protected override TableRow Row(Deployment obj, DateTimeOffset now)
    {
        var (names, images) = TemplateCells.Of(obj.Spec.Template);
        return new([
            Name(obj), $"{obj.Status.ReadyReplicas}/{obj.Spec.Replicas}", (long)obj.Status.UpdatedReplicas, (long)obj.Status.AvailableReplicas,
            Age(obj, now), names, images, TemplateCells.Selector(obj.Spec.Selector)]);
    }
}
