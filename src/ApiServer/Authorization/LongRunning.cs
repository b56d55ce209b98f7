namespace MiniK8s.ApiServer.Authorization;

/// <summary>Which requests last as long as their clients like: no limit on requests in flight counts them, and they are audited at both ends.</summary>
internal static class LongRunning
{
    private static readonly string[] Subresources = ["attach", "exec", "log", "portforward", "proxy"];

    /// <summary>Watches, and the subresources that stream.</summary>
    public static bool Is(RequestAttributes request) => Is(request.Verb, request.Subresource);

    /// <inheritdoc cref="Is(RequestAttributes)"/>
    public static bool Is(string verb, string subresource) => verb == "watch" || Subresources.Contains(subresource);
}
