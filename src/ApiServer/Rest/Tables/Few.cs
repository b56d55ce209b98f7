namespace MiniK8s.ApiServer.Rest.Tables;

/// <summary>Long lists in one cell: the first three, then how many follow.</summary>
internal static class Few
{
    private const int Most = 3;

    /// <summary><c>a,b,c + 2 more...</c>; "" for none.</summary>
    public static string Of(IEnumerable<string> items)
    {
        string[] all = [.. items];
        var shown = string.Join(',', all.Take(Most));
        return all.Length > Most ? $"{shown} + {all.Length - Most} more..." : shown;
    }
}
