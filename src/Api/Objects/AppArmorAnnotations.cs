using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Api.Objects;

/// <summary>The annotations by which a Pod named its containers' AppArmor profiles before there was a field. Source: staging/src/k8s.io/api/core/v1 annotation_key_constants.go.</summary>
public static class AppArmorAnnotations
{
    /// <summary>The container's name follows.</summary>
    public const string Prefix = "container.apparmor.security.beta.kubernetes.io/";

    /// <summary>The value that stands for no profile at all.</summary>
    public const string Unconfined = "unconfined";

    private const string RuntimeDefault = "runtime/default";
    private const string Localhost = "localhost/";

    /// <summary>What the annotation says in terms of the field; null when it says nothing that a field could [pkg/registry/core/pod apparmorFieldForAnnotation].</summary>
    public static AppArmorProfile? ProfileOf(string value) => value switch
    {
        Unconfined => new() { Type = "Unconfined" },
        RuntimeDefault => new() { Type = "RuntimeDefault" },
        _ when value.Length > Localhost.Length && value.StartsWith(Localhost, StringComparison.Ordinal) => new() { Type = "Localhost", LocalhostProfile = value[Localhost.Length..] },
        _ => null,
    };

    /// <summary>What the field says in terms of the annotation; null when it names no profile.</summary>
    public static string? ValueOf(AppArmorProfile profile) => profile switch
    {
        { Type: "Unconfined" } => Unconfined,
        { Type: "RuntimeDefault" } => RuntimeDefault,
        { Type: "Localhost", HasLocalhostProfile: true } => Localhost + profile.LocalhostProfile,
        _ => null,
    };

    /// <summary>Whether it is of the form of a profile's name; an empty one is [pkg/apis/core/validation ValidateAppArmorProfileFormat].</summary>
    public static bool IsWellFormed(string value) => value is "" or Unconfined or RuntimeDefault || value.StartsWith(Localhost, StringComparison.Ordinal);
}
