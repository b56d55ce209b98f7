using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace MiniK8s.ApiServer.Tests.Overload;

/// <summary>HTTP/1.1 over TLS byte by byte, for messages that no client sends.</summary>
internal sealed class RawConnection(int port) : IDisposable
{
    private readonly TcpClient _tcp = new() { ReceiveBufferSize = 4096 };
    private SslStream? _tls;

    /// <summary>Sends bytes (each character one) and leaves the connection open.</summary>
    public async Task SendAsync(string bytes, X509Certificate2? certificate = null)
    {
        await _tcp.ConnectAsync("127.0.0.1", port);
        _tls = new SslStream(_tcp.GetStream());
        await _tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            EnabledSslProtocols = SslProtocols.None,
            ApplicationProtocols = [SslApplicationProtocol.Http11],
            RemoteCertificateValidationCallback = (_, _, _, _) => true,
            ClientCertificates = certificate is null ? [] : [certificate],
        });
        await _tls.WriteAsync(Encoding.Latin1.GetBytes(bytes));
    }

    /// <summary>Everything the server sends until it closes the connection.</summary>
    public async Task<string> ReadToEndAsync()
    {
        using var reader = new StreamReader(_tls!, Encoding.Latin1);
        try
        {
            return await reader.ReadToEndAsync().OrMissing("the end of the connection");
        }
        catch (IOException)
        {
            return "";     // reset instead of closed
        }
    }

    public void Dispose()
    {
        _tls?.Dispose();
        _tcp.Dispose();
    }
}
