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
    public static async Task<VirtualRequest?> ReadRequestAsync(Stream connection, CancellationToken ct)
    {
        if (await ReadHeadAsync(connection, ct) is not { } head || head.First.Split(' ') is not [var method, var path, ..]) return null;
        var length = Length(head.Headers) ?? 0;
        return new VirtualRequest(method, path, head.Headers, await ReadBodyAsync(connection, length, ct));
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
        if (await ReadHeadAsync(connection, ct) is not { } head || head.First.Split(' ', 3) is not [var version, var code, ..]) return null;
        if (!version.StartsWith("HTTP/", StringComparison.Ordinal) || !int.TryParse(code, out var status)) return null;
        var reason = head.First.Split(' ', 3) is [_, _, var text] ? text : "";
        var length = hasBody ? Length(head.Headers) ?? MaxBody : 0;
        return new VirtualResponse(status, reason, head.Headers, await ReadBodyAsync(connection, length, ct));
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

    private static async Task<(string First, List<KeyValuePair<string, string>> Headers)?> ReadHeadAsync(Stream connection, CancellationToken ct)
    {
        var head = new MemoryStream();
        var one = new byte[1];
        while (head.Length < MaxHead)
        {
            if (await connection.ReadAsync(one, ct) == 0) return null;
            head.WriteByte(one[0]);
            if (one[0] == '\n' && EndsHead(head)) break;
        }
        var lines = Encoding.UTF8.GetString(head.ToArray()).Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (lines.Length == 0) return null;
        return (lines[0], [.. lines.Skip(1).Where(l => l.Contains(':')).Select(l => new KeyValuePair<string, string>(l[..l.IndexOf(':')].Trim(), l[(l.IndexOf(':') + 1)..].Trim()))]);
    }

    private static bool EndsHead(MemoryStream head)
    {
        var bytes = head.GetBuffer().AsSpan(0, (int)head.Length);
        return bytes.EndsWith("\r\n\r\n"u8) || bytes.EndsWith("\n\n"u8);
    }

    private static async Task<byte[]> ReadBodyAsync(Stream connection, int length, CancellationToken ct)
    {
        var body = new MemoryStream();
        var buffer = new byte[int.Min(length, 16 << 10)];
        while (body.Length < length && await connection.ReadAsync(buffer.AsMemory(0, (int)long.Min(buffer.Length, length - body.Length)), ct) is var count and > 0)
            body.Write(buffer, 0, count);
        return body.ToArray();
    }
}
