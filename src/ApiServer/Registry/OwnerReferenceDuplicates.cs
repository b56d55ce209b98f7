using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.ApiServer.Registry;

/// <summary>Owners that are named twice are kept once, and the client is told.</summary>
internal static class OwnerReferenceDuplicates
{
    /// <summary>Removes references that equal an earlier one.</summary>
    public static void Remove(ObjectMeta metadata, RequestContext request)
    {
        if (metadata.OwnerReferences.Count < 2) return;
        var seen = new HashSet<OwnerReference>();
        var duplicates = metadata.OwnerReferences.Where(owner => !seen.Add(owner)).Select(owner => owner.Uid).Distinct().ToArray();
        if (duplicates.Length == 0) return;

        OwnerReference[] kept = [.. metadata.OwnerReferences.Distinct()];
        metadata.OwnerReferences.Clear();
        metadata.OwnerReferences.Add(kept);
        // A write that is tried again says it once.
        var warning = ".metadata.ownerReferences contains duplicate entries; API server dedups owner references in 1.20+, and may reject such requests "
            + $"as early as 1.24; please fix your requests; duplicate UID(s) observed: {string.Join(", ", duplicates)}";
        if (!request.Warnings.Contains(warning)) request.Warnings.Add(warning);
    }
}
