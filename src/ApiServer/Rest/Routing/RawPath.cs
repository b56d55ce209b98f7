namespace MiniK8s.ApiServer.Rest.Routing;

/// <summary>The path as the client wrote it, before the server resolved what looks like steps up and down.</summary>
internal static class RawPath
{
    /// <summary>Whether a segment is <c>.</c> or <c>..</c>, however it is escaped. No client means that; who writes it wants to be elsewhere than he says.</summary>
    public static bool HasDotSegments(string rawTarget)
    {
        var end = rawTarget.IndexOf('?', StringComparison.Ordinal);
        var path = end < 0 ? rawTarget.AsSpan() : rawTarget.AsSpan(0, end);
        foreach (var segment in path.Split('/'))
        {
            if (IsDots(path[segment])) return true;
        }
        return false;
    }

    private static bool IsDots(ReadOnlySpan<char> segment)
    {
        var dots = 0;
        while (!segment.IsEmpty)
        {
            var length = segment[0] == '.' ? 1 : segment.StartsWith("%2e", StringComparison.OrdinalIgnoreCase) ? 3 : 0;
            if (length == 0) return false;
            segment = segment[length..];
            dots++;
        }
        return dots is 1 or 2;
    }
}
