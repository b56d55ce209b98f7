using System.Net.Http.Headers;
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
    public async Task<RestAnswer> SendAsync(HttpMethod method, string path, byte[]? body, string contentType)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        }
        using var answer = await _http.SendAsync(request);
        return new RestAnswer((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    public void Dispose() => _http.Dispose();
}

public sealed record RestAnswer(int Code, string Body);
