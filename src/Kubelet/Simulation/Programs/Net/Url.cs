using System.Globalization;

namespace MiniK8s.Kubelet.Simulation.Programs.Net;

/// <summary>A URL's parts, with the defaults of curl and wget.</summary>
internal sealed record Url(string Scheme, string Host, int Port, string Path)
{
    public string Authority => Port == (Scheme == "https" ? 443 : 80) ? Host : $"{Host}:{Port.ToString(CultureInfo.InvariantCulture)}";

    public static Url? Parse(string text)
    {
        var scheme = text.Contains("://", StringComparison.Ordinal) ? text[..text.IndexOf("://", StringComparison.Ordinal)] : "http";
        var rest = text.Contains("://", StringComparison.Ordinal) ? text[(text.IndexOf("://", StringComparison.Ordinal) + 3)..] : text;
        var slash = rest.IndexOfAny(['/', '?']);
        var authority = (slash < 0 ? rest : rest[..slash]).Split('@')[^1];
        var colon = authority.LastIndexOf(':');
        var port = colon < 0 ? scheme == "https" ? 443 : 80 : int.TryParse(authority.AsSpan(colon + 1), CultureInfo.InvariantCulture, out var p) ? p : 0;
        var path = slash < 0 ? "/" : rest[slash] == '/' ? rest[slash..] : "/" + rest[slash..];
        return port is < 1 or > 65535 || authority == "" ? null : new Url(scheme, colon < 0 ? authority : authority[..colon], port, path.Split('#')[0]);
    }
}
