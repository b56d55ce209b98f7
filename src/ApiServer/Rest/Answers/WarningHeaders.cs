using System.Text;

using MiniK8s.ApiServer.Registry;

namespace MiniK8s.ApiServer.Rest.Answers;

/// <summary>Texts for the client as Warning headers: each once, escaped, and not too many.</summary>
internal static class WarningHeaders
{
    private const int MostInAll = 4096;
    private const int MostOfEach = 256;

    /// <summary>Puts the request's warnings into the answer's headers.</summary>
    public static void Set(HttpResponse response, RequestContext context)
    {
        var warnings = Of(context.Warnings);
        if (warnings.Count > 0) response.Headers.Append("Warning", warnings.ToArray());
    }

    /// <summary>One header value per warning. Where all together are longer than 4096 characters each is cut to 256, and what is still too much is left out.</summary>
    public static IReadOnlyList<string> Of(IEnumerable<string> warnings)
    {
        string[] texts = [.. warnings.Where(text => text.Length > 0).Distinct(StringComparer.Ordinal)];
        if (texts.Sum(text => text.Length) > MostInAll) texts = [.. texts.Select(text => text[..Math.Min(text.Length, MostOfEach)])];

        var room = MostInAll;
        return [.. texts.TakeWhile(text => (room -= text.Length) >= 0).Select(Header)];
    }

    // Header values are ASCII here, and a control character would end the header.
    private static string Header(string text)
    {
        var header = new StringBuilder("299 - \"");
        foreach (var c in text)
        {
            if (c is '"' or '\\') header.Append('\\');
            header.Append(c is >= ' ' and <= '~' ? c : char.IsControl(c) ? ' ' : '?');
        }
        return header.Append('"').ToString();
    }
}
