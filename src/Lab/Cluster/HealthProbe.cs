using System.Security.Cryptography.X509Certificates;

using MiniK8s.Lab.Processes;

namespace MiniK8s.Lab.Cluster;

/// <summary>Asks every process of a lab for its health, as a load balancer would: <c>/healthz</c> on its own port.</summary>
internal static class HealthProbe
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <summary>The processes that do not answer "ok", each with what it said instead.</summary>
    public static async Task<IReadOnlyList<(string Process, string Answer)>> UnhealthyAsync(LabState state, LabFolder folder, CancellationToken ct)
    {
        using var authority = X509CertificateLoader.LoadCertificateFromFile(Path.Combine(folder.Pki, "ca.crt"));
        using var handler = TrustOnly(authority);
        using var client = new HttpClient(handler) { Timeout = Patience };
        var answers = await Task.WhenAll(state.Processes.Select(async process => (process.Name, Answer: await AskAsync(client, AddressOf(process), ct))));
        return [.. answers.Where(a => a.Answer != "ok")];
    }

    private static Uri AddressOf(ProcessRecord process) => process.Name switch
    {
        "store" => new($"http://127.0.0.1:{process.Ports["http-port"]}/healthz"),
        "apiserver" => new($"https://127.0.0.1:{process.Ports["secure-port"]}/healthz"),
        var name when name.StartsWith("kubelet-", StringComparison.Ordinal) => new($"https://127.0.0.1:{process.Ports["port"]}/healthz"),
        _ => new($"http://127.0.0.1:{process.Ports["port"]}/healthz"),
    };

    private static async Task<string> AskAsync(HttpClient client, Uri address, CancellationToken ct)
    {
        try
        {
            using var answer = await client.GetAsync(address, ct);
            return (await answer.Content.ReadAsStringAsync(ct)).Trim();
        }
        catch (Exception exception) when (exception is HttpRequestException || (exception is TaskCanceledException && !ct.IsCancellationRequested))
        {
            return exception.Message;
        }
    }

    private static SocketsHttpHandler TrustOnly(X509Certificate2 authority)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(authority);
        return new SocketsHttpHandler { SslOptions = { CertificateChainPolicy = policy } };
    }
}
