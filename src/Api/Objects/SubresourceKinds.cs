using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.Api.Objects;

/// <summary>Kinds that are only ever a view of another object, and so are neither stored nor listed.</summary>
public static class SubresourceKinds
{
    /// <summary>How many replicas an object is to have: what the subresource scale takes and gives.</summary>
    public static ApiKind Scale { get; } = new(Protocol.Autoscaling.V1.Scale.Descriptor, List.Descriptor, new()
    {
        Group = "autoscaling", Version = "v1", Plural = "scales", Singular = "scale", Namespaced = true,
    });
}
