using System.Buffers;
using System.Net.Http.Headers;
using System.Net.WebSockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

using MiniK8s.Client.Connection;

namespace MiniK8s.ClusterKit;

/// <summary>The apiserver's REST face without kubectl in between: what is sent is what was written.</summary>
public sealed class RestClient : IDisposable
{
    private readonly HttpClient _http;

    public RestClient(string kubeconfig)
    {
        var config = KubeConfig.Load(kubeconfig);
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.ImportFromPem(config.CertificateAuthorityPem);
        var handler = new SocketsHttpHandler { UseProxy = false };
        handler.SslOptions.CertificateChainPolicy = policy;
        handler.SslOptions.ClientCertificates = [X509Certificate2.CreateFromPem(config.ClientCertificatePem, config.ClientKeyPem)];
        _http = new HttpClient(handler) { BaseAddress = config.Server };
    }

    public Task<RestAnswer> PostJsonAsync(string path, string json) => SendAsync(HttpMethod.Post, path, Encoding.UTF8.GetBytes(json), "application/json");

    /// <summary>Sends bytes as they are.</summary>
    /// <param name="accept">The header; "" sends none.</param>
    public async Task<RestAnswer> SendAsync(HttpMethod method, string path, byte[]? body, string contentType, string accept = "")
    {
        using var request = Request(method, path, body, contentType);
        if (accept.Length > 0) request.Headers.TryAddWithoutValidation("Accept", accept);
        using var answer = await _http.SendAsync(request);
        var warnings = answer.Headers.TryGetValues("Warning", out var values) ? values : [];
        return new RestAnswer((int)answer.StatusCode, await answer.Content.ReadAsStringAsync())
        {
            ContentType = answer.Content.Headers.ContentType?.ToString() ?? "",
            Warnings = [.. warnings],
        };
    }

    /// <summary>Begins a GET whose answer comes bit by bit; returns once its headers are here.</summary>
    public Task<HttpResponseMessage> OpenAsync(string path, CancellationToken ct) => _http.GetAsync(path, HttpCompletionOption.ResponseHeadersRead, ct);

    /// <summary>Opens a WebSocket under a subprotocol.</summary>
    public async Task<WebSocket> OpenWebSocketAsync(string path, string protocol, CancellationToken ct)
    {
        var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol(protocol);
        var address = new UriBuilder(new Uri(_http.BaseAddress!, path)) { Scheme = "wss" };
        await socket.ConnectAsync(address.Uri, _http, ct);
        return socket;
    }

    /// <summary>Sends bytes as they are; of the answer only the code and the length of the body are kept.</summary>
    public async Task<(int Code, long Length)> SendAndDropAsync(HttpMethod method, string path, byte[]? body, string contentType)
    {
        using var request = Request(method, path, body, contentType);
        using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using var content = await answer.Content.ReadAsStreamAsync();
        var buffer = ArrayPool<byte>.Shared.Rent(64 * 1024);
        var length = 0L;
        for (int read; (read = await content.ReadAsync(buffer)) > 0;) length += read;
        ArrayPool<byte>.Shared.Return(buffer);
        return ((int)answer.StatusCode, length);
    }

    public void Dispose() => _http.Dispose();

    private static HttpRequestMessage Request(HttpMethod method, string path, byte[]? body, string contentType)
    {
        var request = new HttpRequestMessage(method, path);
        if (body is null) return request;
        request.Content = new ByteArrayContent(body);
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        return request;
    }
}

/// <param name="Body">As text.</param>
public sealed record RestAnswer(int Code, string Body)
{
    public string ContentType { get; init; } = "";

    /// <summary>The values of the header Warning, one each.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}
