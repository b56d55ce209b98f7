using System.Net.Sockets;
using System.Text;

namespace MiniK8s.ApiServer.Tests.Rest.Streams;

/// <summary>A request that wants to upgrade its connection, written out by hand.</summary>
internal sealed record RawUpgrade(TcpClient Client, int Code, string Head, string Body, Stream Stream) : IDisposable
{
    public static async Task<RawUpgrade> SendAsync(string url, string method, string path, params string[] headers)
    {
        var uri = new Uri(url);
        var client = new TcpClient();
        await client.ConnectAsync(uri.Host, uri.Port);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\n{string.Concat(headers.Select(header => header + "\r\n"))}\r\n"));
        var head = await ReadHeadAsync(stream).OrMissing("the answer's head");
        var code = int.Parse(head.Split(' ')[1]);
        return new(client, code, head, code == 101 ? "" : await ReadBodyAsync(stream, head).OrMissing("the answer's body"), stream);
    }

    public static Task<RawUpgrade> SpdyAsync(string url, string path, params string[] protocols) =>
        SendAsync(url, "POST", path, ["Upgrade: SPDY/3.1", .. protocols.Select(protocol => $"X-Stream-Protocol-Version: {protocol}")]);

    public void Dispose() => Client.Dispose();

    private static async Task<string> ReadHeadAsync(Stream stream)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal) && await stream.ReadAsync(one) > 0) head.Append((char)one[0]);
        return head.ToString();
    }

    private static async Task<string> ReadBodyAsync(Stream stream, string head)
    {
        var line = head.Split("\r\n").FirstOrDefault(header => header.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase));
        var body = new byte[int.Parse(line?.Split(':')[1] ?? "0")];
        await stream.ReadExactlyAsync(body);
        return Encoding.UTF8.GetString(body);
    }
}
