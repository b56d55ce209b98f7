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
        using var certificate = AdminCertificate(shared.Lab);

        Assert.Equal(HttpStatusCode.Unauthorized, await CallAsync(shared.Lab, $"Kubelet/{method}", null));
        Assert.Equal(HttpStatusCode.Forbidden, await CallAsync(shared.Lab, $"Kubelet/{method}", certificate));
    }

    internal static X509Certificate2 AdminCertificate(Lab lab)
    {
        var admin = KubeConfig.Load(lab.Kubeconfig);
        using var pem = X509Certificate2.CreateFromPem(admin.ClientCertificatePem, admin.ClientKeyPem);
        return X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null);
    }

    /// <summary>What the port of node-1's kubelet answers to a call of a method, <c>Service/Method</c>, with nothing in it.</summary>
    internal static async Task<HttpStatusCode> CallAsync(Lab lab, string method, X509Certificate2? certificate)
    {
        using var handler = new SocketsHttpHandler();
        handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => true;
        if (certificate is not null) handler.SslOptions.ClientCertificates = [certificate];
        using var client = new HttpClient(handler) { Timeout = Eventually.Patience };
        using var request = new HttpRequestMessage(HttpMethod.Post, $"https://127.0.0.1:{lab.PortOf("kubelet-node-1", "port")}/minik8s.v1.{method}")
        {
            Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact, Content = new ByteArrayContent([]),
        };
        request.Content.Headers.ContentType = new("application/grpc");
        using var response = await client.SendAsync(request);
        return response.StatusCode;
    }
}
