using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.Api.Objects;

/// <summary>Kinds that are only ever a view of another object, or made for it, and so are neither stored nor listed.</summary>
public static class SubresourceKinds
{
    /// <summary>How many replicas an object is to have: what the subresource scale takes and gives.</summary>
    public static ApiKind Scale { get; } = new(Protocol.Autoscaling.V1.Scale.Descriptor, List.Descriptor, new()
    {
        Group = "autoscaling", Version = "v1", Plural = "scales", Singular = "scale", Namespaced = true,
    });

    /// <summary>A token of a service account: what the subresource token takes and gives.</summary>
    public static ApiKind TokenRequest { get; } = new(Protocol.Authentication.V1.TokenRequest.Descriptor, List.Descriptor, new()
    {
        Group = "authentication.k8s.io", Version = "v1", Plural = "tokenrequests", Singular = "tokenrequest", Namespaced = true,
    });

    /// <summary>All of them.</summary>
    public static IReadOnlyList<ApiKind> All { get; } = [Scale, TokenRequest];
}
