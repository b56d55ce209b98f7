using Google.Protobuf.Reflection;

using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.Api.Objects;

/// <summary>Kinds that are questions: created, answered at once, and never stored, read or listed.</summary>
public static class ReviewKinds
{
    /// <summary>Who am I?</summary>
    public static ApiKind SelfSubjectReview { get; } = Kind(Protocol.Authentication.V1.SelfSubjectReview.Descriptor, "authentication.k8s.io", "selfsubjectreviews");

    /// <summary>Whose token is this?</summary>
    public static ApiKind TokenReview { get; } = Kind(Protocol.Authentication.V1.TokenReview.Descriptor, "authentication.k8s.io", "tokenreviews");

    /// <summary>May I do this?</summary>
    public static ApiKind SelfSubjectAccessReview { get; } =
        Kind(Protocol.Authorization.V1.SelfSubjectAccessReview.Descriptor, "authorization.k8s.io", "selfsubjectaccessreviews");

    /// <summary>What may I do?</summary>
    public static ApiKind SelfSubjectRulesReview { get; } =
        Kind(Protocol.Authorization.V1.SelfSubjectRulesReview.Descriptor, "authorization.k8s.io", "selfsubjectrulesreviews");

    /// <summary>All of them.</summary>
    public static IReadOnlyList<ApiKind> All { get; } = [SelfSubjectReview, TokenReview, SelfSubjectAccessReview, SelfSubjectRulesReview];

    private static ApiKind Kind(MessageDescriptor descriptor, string group, string plural) => new(descriptor, List.Descriptor, new()
    {
        Group = group, Version = "v1", Plural = plural, Singular = plural[..^1],
    });
}
