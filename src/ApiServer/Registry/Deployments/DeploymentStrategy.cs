using MiniK8s.Protocol.Apps.V1;

namespace MiniK8s.ApiServer.Registry.Deployments;

/// <summary>Deployments: a change of annotations counts as one of the spec, since the controller copies them; through status labels stay.</summary>
internal sealed class DeploymentStrategy : SpecStatusStrategy<Deployment>
{
    /// <inheritdoc/>
    public override IReadOnlyList<string> ResetFields(string subresource) =>
        subresource == "status" ? ["spec", "metadata.labels"] : base.ResetFields(subresource);

    /// <inheritdoc/>
    protected override void PrepareForUpdate(Deployment obj, Deployment existing, string subresource)
    {
        base.PrepareForUpdate(obj, existing, subresource);
        if (subresource != "status") return;
        obj.Metadata.Labels.Clear();
        obj.Metadata.Labels.Add(existing.Metadata.Labels);
        obj.Metadata.Generation = existing.Metadata.Generation;
    }

    /// <inheritdoc/>
    protected override bool IsOtherSpec(Deployment obj, Deployment existing) =>
        base.IsOtherSpec(obj, existing) || !obj.Metadata.Annotations.Equals(existing.Metadata.Annotations);
}
