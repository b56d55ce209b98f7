namespace MiniK8s.ApiServer.Rest.Negotiation;

/// <summary>Which form of the discovery documents a client understands best.</summary>
internal static class DiscoveryForm
{
    /// <summary>v2 or v2beta1 of the aggregated document; "" for the layered documents.</summary>
    public static string AggregatedVersion(string? accept)
    {
        foreach (var range in MediaRange.ParseAccept(accept).Where(range => range.Matches("application/json")))
        {
            if (range["as"].Length == 0) return "";
            if (range is { Type: "application/json" } && range["as"] == "APIGroupDiscoveryList" && range["g"] == "apidiscovery.k8s.io"
                && range["v"] is "v2" or "v2beta1") return range["v"];
        }
        return "";
    }

    /// <summary>The media type an aggregated document bears; clients take any other for the layered form.</summary>
    public static string MediaType(string version) => $"application/json;g=apidiscovery.k8s.io;v={version};as=APIGroupDiscoveryList";
}
