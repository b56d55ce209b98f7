using System.Security.Cryptography.X509Certificates;

using MiniK8s.Lab.Processes;

namespace MiniK8s.Lab.Cluster;

/// <summary>Asks processes for their health, as a load balancer would: a page on their own port.</summary>
internal static class HealthProbe
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <summary>The processes of a lab that are not healthy, each with what it said instead.</summary>
    public static async Task<IReadOnlyList<(string Process, string Answer)>> UnhealthyAsync(LabState state, LabFolder folder, CancellationToken ct)
    {
        using var client = Client(Path.Combine(folder.Pki, "ca.crt"));
        var answers = await Task.WhenAll(state.Processes.Select(async process => (process.Name, Said: await AskAsync(client, AddressOf(process), ct))));
        return [.. answers.Where(a => !a.Said.IsHealthy).Select(a => (a.Name, a.Said.Answer))];
    }

    /// <summary>A client that trusts this authority alone for https.</summary>
    public static HttpClient Client(string? authorityFile)
    {
        var handler = new SocketsHttpHandler { UseProxy = false };
        if (authorityFile is not null)
        {
            var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.Add(X509CertificateLoader.LoadCertificateFromFile(authorityFile));
            handler.SslOptions.CertificateChainPolicy = policy;
        }
        return new HttpClient(handler) { Timeout = Patience };
    }

    /// <summary>Whether the page answers with success, and what it says.</summary>
    public static async Task<(bool IsHealthy, string Answer)> AskAsync(HttpClient client, Uri address, CancellationToken ct)
    {
        try
        {
            using var answer = await client.GetAsync(address, ct);
            return (answer.IsSuccessStatusCode, (await answer.Content.ReadAsStringAsync(ct)).Trim());
        }
        catch (Exception exception) when (exception is HttpRequestException || (exception is TaskCanceledException && !ct.IsCancellationRequested))
        {
            return (false, exception.Message);
        }
    }

    private static Uri AddressOf(ProcessRecord process) => process.Name switch
    {
        "store" => new($"http://127.0.0.1:{process.Ports["http-port"]}/healthz"),
        "apiserver" => new($"https://127.0.0.1:{process.Ports["secure-port"]}/healthz"),
        var name when name.StartsWith("kubelet-", StringComparison.Ordinal) => new($"https://127.0.0.1:{process.Ports["port"]}/healthz"),
        _ => new($"http://127.0.0.1:{process.Ports["port"]}/healthz"),
    };
}
