using System.Net;
using System.Security.Cryptography.X509Certificates;

using MiniK8s.Client.Connection;
using MiniK8s.ClusterKit;

namespace MiniK8s.Cluster.Tests;

/// <summary>The kubelet's own port: whose calls it takes.</summary>
[Collection("lab")]
public sealed class KubeletApiTests(SharedLab shared)
{
    [Theory]
    [InlineData("ContainerLogs")]
    [InlineData("Exec")]
    [InlineData("PortForward")]
    public async Task Call_OfAnybodyButTheApiserver_IsRefused(string method)
    {
        var admin = KubeConfig.Load(shared.Lab.Kubeconfig);
        using var pem = X509Certificate2.CreateFromPem(admin.ClientCertificatePem, admin.ClientKeyPem);
        using var certificate = X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null);

        Assert.Equal(HttpStatusCode.Unauthorized, await CallAsync(method, null));
        Assert.Equal(HttpStatusCode.Forbidden, await CallAsync(method, certificate));
    }

    private async Task<HttpStatusCode> CallAsync(string method, X509Certificate2? certificate)
    {
        using var handler = new SocketsHttpHandler();
        handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => true;
        if (certificate is not null) handler.SslOptions.ClientCertificates = [certificate];
        using var client = new HttpClient(handler) { Timeout = Eventually.Patience };
        using var request = new HttpRequestMessage(HttpMethod.Post, $"https://127.0.0.1:{shared.Lab.PortOf("kubelet-node-1", "port")}/minik8s.v1.Kubelet/{method}")
        {
            Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact, Content = new ByteArrayContent([]),
        };
        request.Content.Headers.ContentType = new("application/grpc");
        using var response = await client.SendAsync(request);
        return response.StatusCode;
    }
}
