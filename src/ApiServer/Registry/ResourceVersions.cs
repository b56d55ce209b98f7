using System.Globalization;

using MiniK8s.Api.Errors;

namespace MiniK8s.ApiServer.Registry;

/// <summary>resourceVersions are the store's revisions; only the apiserver knows.</summary>
internal static class ResourceVersions
{
    /// <summary>A revision as objects carry it.</summary>
    public static string Format(long revision) => revision.ToString(CultureInfo.InvariantCulture);

    /// <summary>The revision a client names; "" is 0. Refuses what is no number (400).</summary>
    public static long Parse(string resourceVersion)
    {
        if (resourceVersion.Length == 0) return 0;
        return long.TryParse(resourceVersion, NumberStyles.None, CultureInfo.InvariantCulture, out var revision)
            ? revision
            : throw StatusErrors.BadRequest(
                $"invalid resource version: strconv.ParseUint: parsing {GoText.Quote(resourceVersion)}: invalid syntax");
    }
}
