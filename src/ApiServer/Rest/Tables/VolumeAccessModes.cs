namespace MiniK8s.ApiServer.Rest.Tables;

/// <summary>How kubectl writes the ways in which a volume can be mounted. Source: pkg/apis/core/v1/helper GetAccessModesAsString.</summary>
internal static class VolumeAccessModes
{
    private static readonly (string Mode, string Short)[] Modes =
        [("ReadWriteOnce", "RWO"), ("ReadOnlyMany", "ROX"), ("ReadWriteMany", "RWX"), ("ReadWriteOncePod", "RWOP")];

    /// <summary><c>RWO,RWX</c>, in this order and each once.</summary>
    public static string Short(IReadOnlyList<string> modes) => string.Join(',', Modes.Where(mode => modes.Contains(mode.Mode)).Select(mode => mode.Short));
}
