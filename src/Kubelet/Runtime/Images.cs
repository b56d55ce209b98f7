namespace MiniK8s.Kubelet.Runtime;

/// <summary>A registry login from an image pull secret.</summary>
internal sealed record ImageAuth(string Username, string Password, string ServerAddress = "");

/// <summary>An image that is present on the node.</summary>
internal sealed record ImageInfo
{
    /// <summary>The config digest, <c>sha256:…</c>.</summary>
    public required string Id { get; init; }

    /// <summary>Normalised tags, <c>docker.io/library/nginx:1.17.1</c>.</summary>
    public required IReadOnlyList<string> RepoTags { get; init; }

    /// <summary><c>docker.io/library/nginx@sha256:…</c>.</summary>
    public required IReadOnlyList<string> RepoDigests { get; init; }

    /// <summary>Bytes.</summary>
    public required long Size { get; init; }

    /// <summary>The image's numeric user, null if it names one instead or names none.</summary>
    public long? Uid { get; init; }

    /// <summary>The image's user as a name, when it is not a number.</summary>
    public string Username { get; init; } = "";
}

internal enum PullErrorKind
{
    NotFound,
    Unauthorized,
    RegistryUnreachable,
    InvalidReference,
}

/// <summary>Why a pull failed; <see cref="Message"/> is the whole text containerd gives, from <c>rpc error:</c> on.</summary>
internal sealed record PullError(PullErrorKind Kind, string Message);

/// <summary>Either <see cref="Image"/> or <see cref="Error"/> is set.</summary>
internal sealed record PullResult(ImageInfo? Image, PullError? Error)
{
    public bool Succeeded => Error is null;
}
