namespace MiniK8s.Api.Objects;

/// <summary>What a document says it is: <c>apiVersion</c> ("v1", "apps/v1") and <c>kind</c>. Either may be empty.</summary>
public readonly record struct TypeMeta(string ApiVersion, string Kind)
{
    /// <summary>The group part of <see cref="ApiVersion"/>; empty for the core group.</summary>
    public string Group => ApiVersion.IndexOf('/') is var slash and >= 0 ? ApiVersion[..slash] : "";

    /// <summary>The version part of <see cref="ApiVersion"/>.</summary>
    public string Version => ApiVersion[(ApiVersion.IndexOf('/') + 1)..];

    /// <summary>True when neither part is known.</summary>
    public bool IsEmpty => string.IsNullOrEmpty(ApiVersion) && string.IsNullOrEmpty(Kind);

    /// <summary>"v1" for the core group, else "group/version".</summary>
    public static string ToApiVersion(string group, string version) => group.Length == 0 ? version : $"{group}/{version}";

    /// <summary>As Kubernetes writes a group, version and kind in errors: <c>apps/v1, Kind=Deployment</c>.</summary>
    public override string ToString() => $"{ApiVersion}, Kind={Kind}";
}
