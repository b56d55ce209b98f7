using System.Globalization;
using System.Text;

namespace MiniK8s.Kubelet.Simulation.Network;

/// <summary>An HTTP request as read from a connection.</summary>
internal sealed record VirtualRequest(string Method, string Path, IReadOnlyList<KeyValuePair<string, string>> Headers, byte[] Body)
{
    public string? Header(string name) => HttpWire.Find(Headers, name);
}

/// <summary>An HTTP answer. Content-Length and Date are added when it is written.</summary>
internal sealed record VirtualResponse(int Status, string Reason, IReadOnlyList<KeyValuePair<string, string>> Headers, byte[] Body)
{
    public static VirtualResponse Text(int status, string body, string contentType = "text/plain") =>
        new(status, HttpWire.ReasonOf(status), [new("Content-Type", contentType)], Encoding.UTF8.GetBytes(body));

    public string? Header(string name) => HttpWire.Find(Headers, name);
}

/// <summary>HTTP/1.1 on a connection: heads of at most 16 KiB, bodies by Content-Length (at most 8 MiB) or until the end.</summary>
internal static class HttpWire
{
    private const int MaxHead = 16 << 10;
    private const int MaxBody = 8 << 20;

    public static string? Find(IReadOnlyList<KeyValuePair<string, string>> headers, string name) =>
        headers.FirstOrDefault(h => string.Equals(h.Key, name, StringComparison.OrdinalIgnoreCase)).Value;

    public static string ReasonOf(int status) => status switch
    {
        200 => "OK", 201 => "Created", 204 => "No Content", 301 => "Moved Permanently", 302 => "Found", 304 => "Not Modified", 400 => "Bad Request",
        401 => "Unauthorized", 403 => "Forbidden", 404 => "Not Found", 405 => "Method Not Allowed", 500 => "Internal Server Error", 502 => "Bad Gateway",
        503 => "Service Unavailable", _ => "Status",
    };

    /// <summary>Null when the other side closed before a request began, or sent something that is not HTTP.</summary>
    public static async Task<VirtualRequest?> ReadRequestAsync(HttpInput input, CancellationToken ct)
    {
        if (HeadOf(await input.ReadHeadAsync(MaxHead, ct)) is not { } head || head.First.Split(' ') is not [var method, var path, ..]) return null;
        return new VirtualRequest(method, path, head.Headers, await input.ReadAsync(Length(head.Headers) ?? 0, ct));
    }

    public static async Task WriteRequestAsync(Stream connection, VirtualRequest request, CancellationToken ct)
    {
        var head = new StringBuilder().Append(CultureInfo.InvariantCulture, $"{request.Method} {request.Path} HTTP/1.1\r\n");
        foreach (var (name, value) in request.Headers) head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        if (request.Body.Length > 0) head.Append(CultureInfo.InvariantCulture, $"Content-Length: {request.Body.Length}\r\n");
        await connection.WriteAsync(Encoding.UTF8.GetBytes(head.Append("\r\n").ToString()), ct);
        await connection.WriteAsync(request.Body, ct);
    }

    public static async Task<VirtualResponse?> ReadResponseAsync(Stream connection, bool hasBody, CancellationToken ct)
    {
        var input = new HttpInput(connection);
        if (HeadOf(await input.ReadHeadAsync(MaxHead, ct)) is not { } head || head.First.Split(' ', 3) is not [var version, var code, ..]) return null;
        if (!version.StartsWith("HTTP/", StringComparison.Ordinal) || !int.TryParse(code, out var status)) return null;
        var reason = head.First.Split(' ', 3) is [_, _, var text] ? text : "";
        var length = hasBody ? Length(head.Headers) ?? MaxBody : 0;
        return new VirtualResponse(status, reason, head.Headers, await input.ReadAsync(length, ct));
    }

    public static async Task WriteResponseAsync(Stream connection, VirtualResponse response, bool withBody, CancellationToken ct)
    {
        var head = new StringBuilder().Append(CultureInfo.InvariantCulture, $"HTTP/1.1 {response.Status} {response.Reason}\r\n");
        foreach (var (name, value) in response.Headers) head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        if (Find(response.Headers, "Content-Length") is null) head.Append(CultureInfo.InvariantCulture, $"Content-Length: {response.Body.Length}\r\n");
        await connection.WriteAsync(Encoding.UTF8.GetBytes(head.Append("\r\n").ToString()), ct);
        if (withBody) await connection.WriteAsync(response.Body, ct);
    }

    private static int? Length(List<KeyValuePair<string, string>> headers) =>
        int.TryParse(Find(headers, "Content-Length"), NumberStyles.None, CultureInfo.InvariantCulture, out var length) ? int.Min(length, MaxBody) : null;

    // Null when there is none.
    private static (string First, List<KeyValuePair<string, string>> Headers)? HeadOf(string? head)
    {
        var lines = head?.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];
        if (lines.Length == 0) return null;
        var headers = new List<KeyValuePair<string, string>>(lines.Length);
        foreach (var line in lines.AsSpan(1))
        {
            if (line.IndexOf(':') is var colon and >= 0) headers.Add(new(line[..colon].Trim(), line[(colon + 1)..].Trim()));
        }
        return (lines[0], headers);
    }
}
