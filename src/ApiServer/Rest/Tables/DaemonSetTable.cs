using MiniK8s.Protocol.Apps.V1;

namespace MiniK8s.ApiServer.Rest.Tables;

internal sealed class DaemonSetTable() : KindTable<DaemonSet>(
    DaemonSet.Descriptor,
    TableColumn.ObjectName,
    new("Desired", "How many nodes are meant to have a pod.", Type: "integer"),
    new("Current", "How many of those have one.", Type: "integer"),
    new("Ready", "How many nodes have a ready pod.", Type: "integer"),
    new("Up-to-date", "How many nodes have a pod of the present template.", Type: "integer"),
    new("Available", "How many nodes have a pod that has been ready for minReadySeconds.", Type: "integer"),
    new("Node Selector", "Labels that a node must have to get a pod."),
    TableColumn.Age,
    TemplateCells.Containers, TemplateCells.Images, TemplateCells.SelectorColumn)
{
    protected override TableRow Row(DaemonSet obj, DateTimeOffset now)
    {
        var (status, (names, images)) = (obj.Status, TemplateCells.Of(obj.Spec.Template));
        return new([
            Name(obj), (long)status.DesiredNumberScheduled, (long)status.CurrentNumberScheduled, (long)status.NumberReady,
            (long)status.UpdatedNumberScheduled, (long)status.NumberAvailable, TemplateCells.Labels(obj.Spec.Template.Spec.NodeSelector), Age(obj, now),
            names, images, TemplateCells.Selector(obj.Spec.Selector)]);
    }
}
