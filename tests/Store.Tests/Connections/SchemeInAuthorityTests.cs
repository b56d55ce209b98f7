using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

using MiniK8s.Store.EtcdServices;

using static MiniK8s.Store.Tests.Connections.Http2Bytes;

namespace MiniK8s.Store.Tests.Connections;

/// <summary>Kestrel behind the connection middleware, and clients that send what they like.</summary>
public sealed class SchemeInAuthorityTests : IAsyncLifetime
{
    private readonly Complaints _complaints = new();
    private WebApplication _patient = null!;     // an answer may take its time on a busy machine
    private WebApplication _hasty = null!;       // gives up on whoever sends no request for a second

    /// <summary>What is sent after the preface, and what comes of it: the host that was asked for, "refused", or neither ("").</summary>
    public static TheoryData<string, byte[], string> Connections => new()
    {
        { "a host", [.. Settings, .. Headers([.. Post, .. Authority("a:1")])], "a:1" },
        { "a URL", [.. Settings, .. Headers([.. Post, .. Authority("http://a:1")])], "httpx--a:1" },
        { "a URL in Huffman's code", [.. Settings, .. Headers([.. Post, .. HuffmanAuthority("http://127.0.0.1:2379")])], "httpx--127.0.0.1:2379" },
        { "padding and priority", [.. Settings, .. Headers([9, 0, 0, 0, 0, 15, .. Post, .. Authority("http://a:1"), .. new byte[9]], EndStream | EndHeaders | Padded | Priority)], "httpx--a:1" },
        { "many frames before", [.. Settings, .. Enumerable.Repeat(Ping, 5000).SelectMany(ping => ping), .. Headers([.. Post, .. Authority("http://a:1")])], "httpx--a:1" },
        { "a host in a continuation", [.. Settings, .. Headers(Post, EndStream), .. Frame(ContinuationType, EndHeaders, 1, Authority("a:1"))], "a:1" },
        { "a URL in a continuation", [.. Settings, .. Headers(Post, EndStream), .. Frame(ContinuationType, EndHeaders, 1, Authority("http://a:1"))], "refused" },
        { "a frame too large", [.. Settings, .. Frame(HeadersType, EndHeaders, 1, new byte[20], 0xffffff)], "refused" },
        { "padding beyond the frame", [.. Settings, .. Headers([255, .. Post], Padded | EndHeaders)], "refused" },
        { "a number without end", [.. Settings, .. Headers([0x41, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f])], "refused" },
        { "a value past the end", [.. Settings, .. Headers([.. Post, 0x41, 100, .. "http://"u8])], "refused" },
        { "stream 0", [.. Settings, .. Frame(HeadersType, EndHeaders, 0, [.. Post, .. Authority("http://a:1")])], "refused" },
        { "data first", [.. Settings, .. Frame(Data, 0, 1, new byte[9])], "refused" },
        { "garbage", [.. Enumerable.Range(0, 4000).Select(i => (byte)(i * 7))], "refused" },
        { "half a frame", [.. Settings, .. Headers([.. Post, .. Authority("http://a:1")])[..20]], "" },
        { "nothing", [], "" },
    };

    public async Task InitializeAsync()
    {
        _patient = await StartAsync(_ => { });
        _hasty = await StartAsync(limits => limits.KeepAliveTimeout = TimeSpan.FromSeconds(1));
    }

    public async Task DisposeAsync()
    {
        await _patient.DisposeAsync();
        await _hasty.DisposeAsync();
    }

    private async Task<WebApplication> StartAsync(Action<KestrelServerLimits> limit)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddProvider(_complaints);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            limit(kestrel.Limits);
            kestrel.Listen(IPAddress.Loopback, 0, listen =>
            {
                listen.Protocols = HttpProtocols.Http2;
                listen.Use(SchemeInAuthority.Allow);
            });
        });
        var server = builder.Build();
        server.Run(context => context.Response.WriteAsync(context.Request.Host.Value!));
        await server.StartAsync();
        return server;
    }

    [Theory]
    [MemberData(nameof(Connections))]
    public async Task Connection_OfAnyKind_IsAnsweredOrRefusedAndEnds(string name, byte[] bytes, string expected)
    {
        // Whole, in single bytes as far as patience goes, and with the sender gone at once.
        var server = expected.Length == 0 ? _hasty : _patient;
        Assert.Equal((name, expected), (name, await ExchangeAsync(server, [[.. Preface, .. bytes]])));
        if (bytes.Length < 200) Assert.Equal((name, expected), (name, await ExchangeAsync(server, [.. Preface.Concat(bytes).Chunk(1)])));
        await ExchangeAsync(_patient, [[.. Preface, .. bytes]], leave: true);

        Assert.Equal("httpx--z:1", await ExchangeAsync(_patient, [[.. Preface, .. Settings, .. Headers([.. Post, .. Authority("http://z:1")])]]));
        Assert.Empty(_complaints);
    }

    [Fact]
    public async Task Connection_WithoutThePreface_IsRefused()
    {
        Assert.Equal("", await ExchangeAsync(_patient, [[.. Preface[..23]]], leave: true));
        await ExchangeAsync(_patient, [[.. "GET / HTTP/1.1\r\nHost: a\r\n\r\n"u8]]);
        await ExchangeAsync(_patient, [[.. Enumerable.Repeat((byte)'x', 100_000)]]);

        Assert.Empty(_complaints);
    }

    // Sends the pieces and reads until an answer, a refusal or the end, which must come.
    private static async Task<string> ExchangeAsync(WebApplication server, IEnumerable<byte[]> pieces, bool leave = false)
    {
        using var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync(IPEndPoint.Parse(new Uri(server.Urls.First()).Authority));
        var stream = client.GetStream();
        try
        {
            foreach (var piece in pieces) await stream.WriteAsync(piece);
            if (leave) client.Client.Shutdown(SocketShutdown.Send);
            return await AnswerAsync(stream).OrMissing("an answer, a refusal or the end of the connection");
        }
        catch (IOException)
        {
            return "refused";       // reset while it was still sending, or before its last words were read
        }
    }

    // GOAWAY without an error is how Kestrel says that it waited long enough.
    private static async Task<string> AnswerAsync(NetworkStream stream)
    {
        var header = new byte[9];
        while (await stream.ReadAtLeastAsync(header, header.Length, throwOnEndOfStream: false) == header.Length)
        {
            var payload = new byte[(header[0] << 16) | (header[1] << 8) | header[2]];
            await stream.ReadExactlyAsync(payload);
            if (header[3] == Data && payload.Length > 0) return Encoding.ASCII.GetString(payload);
            if (header[3] == Reset || (header[3] == GoAway && payload[7] != 0)) return "refused";
        }
        return "";
    }

    /// <summary>Everything logged as a warning or worse, but that the machine is slow.</summary>
    private sealed class Complaints : ConcurrentQueue<string>, ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public void Dispose()
        {
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel) && eventId.Name != "HeartbeatSlow") Enqueue($"{formatter(state, exception)} {exception}");
        }
    }
}
