using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Api.Defaults;

/// <summary>What a volume leaves unsaid.</summary>
internal static class VolumeDefaults
{
    private const long TokenSeconds = 3600;

    public static void Apply(Volume volume)
    {
        var source = volume.VolumeSource ??= new();
        if (source.CalculateSize() == 0) source.EmptyDir = new();
        if (source.Secret is { HasDefaultMode: false } secret) secret.DefaultMode = PodDefaults.DefaultFileMode;
        if (source.ConfigMap is { HasDefaultMode: false } configMap) configMap.DefaultMode = PodDefaults.DefaultFileMode;
        if (source.DownwardApi is { } downward)
        {
            if (!downward.HasDefaultMode) downward.DefaultMode = PodDefaults.DefaultFileMode;
            Fields(downward.Items);
        }
        if (source.Projected is { } projected) Projected(projected);
        if (source.HostPath is { HasType: false } hostPath) hostPath.Type = "";
    }

    private static void Projected(ProjectedVolumeSource projected)
    {
        if (!projected.HasDefaultMode) projected.DefaultMode = PodDefaults.DefaultFileMode;
        foreach (var source in projected.Sources)
        {
            if (source.ServiceAccountToken is { HasExpirationSeconds: false } token) token.ExpirationSeconds = TokenSeconds;
            if (source.DownwardApi is { } downward) Fields(downward.Items);
        }
    }

    private static void Fields(IEnumerable<DownwardAPIVolumeFile> files)
    {
        foreach (var field in files.Select(file => file.FieldRef).OfType<ObjectFieldSelector>())
            field.ApiVersion = PodDefaults.Or(field.ApiVersion, "v1");
    }
}
