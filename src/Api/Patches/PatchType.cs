namespace MiniK8s.Api.Patches;

/// <summary>The ways to say what changes.</summary>
public enum PatchType
{
    /// <summary>application/json-patch+json, RFC 6902.</summary>
    Json,

    /// <summary>application/merge-patch+json, RFC 7386.</summary>
    Merge,

    /// <summary>application/strategic-merge-patch+json, Kubernetes' own.</summary>
    StrategicMerge,

    /// <summary>application/apply-patch+yaml: no patch but a wish, which <see cref="ManagedFields.ServerSideApply"/> grants.</summary>
    Apply,
}
