using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.ApiServer.Registry.PodTemplates;

/// <summary>PodTemplates, which count the changes of their template.</summary>
internal sealed class PodTemplateStrategy : ResourceStrategy<PodTemplate>
{
    /// <inheritdoc/>
    protected override void PrepareForCreate(PodTemplate obj) => obj.Metadata.Generation = 1;

    /// <inheritdoc/>
    protected override void PrepareForUpdate(PodTemplate obj, PodTemplate existing, string subresource)
    {
        if (!Equals(obj.Template, existing.Template)) obj.Metadata.Generation = existing.Metadata.Generation + 1;
    }
}
