using MiniK8s.Kubelet.Hooks;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.Probes;

/// <summary>A GET; 200 to 399 is success. Redirects are followed while they stay on the same host [pkg/probe/http].</summary>
internal sealed class HttpCheck(Runtime.IPodNetwork network)
{
    private const int MaxRedirects = 10;

    public async Task<ProbeOutcome> RunAsync(HTTPGetAction action, Container container, string podIp, TimeSpan timeout, CancellationToken ct)
    {
        if (Ports.Resolve(action.Port, container) is not { } port) return new(ProbeVerdict.Error, Ports.Invalid(action.Port, container));
        var path = action.Path.StartsWith('/') ? action.Path : "/" + action.Path;
        var first = new Runtime.HttpCall(action.Scheme.Length > 0 ? action.Scheme : "HTTP", action.Host.Length > 0 ? action.Host : podIp, port, path) { Headers = HeadersOf(action) };
        var call = first;
        for (var redirects = 0; ; redirects++)
        {
            var answer = await network.HttpAsync(call, timeout, ct);
            if (answer.Error is { } error) return new(ProbeVerdict.Failure, error.Message);
            if (answer.StatusCode is < 200 or >= 400) return new(ProbeVerdict.Failure, $"HTTP probe failed with statuscode: {answer.StatusCode}");
            if (answer.StatusCode < 300) return new(ProbeVerdict.Success, answer.Body);

            var next = Follow(call, answer.Header("Location"));
            if (next is null || next.Host != first.Host) return new(ProbeVerdict.Warning, $"Probe terminated redirects, Response body: {answer.Body}");
            if (redirects == MaxRedirects) return new(ProbeVerdict.Failure, $"Get \"{next.Path}\": stopped after {MaxRedirects} redirects");
            call = next;
        }
    }

    private static List<KeyValuePair<string, string>> HeadersOf(HTTPGetAction action)
    {
        var headers = action.HttpHeaders.Select(h => KeyValuePair.Create(h.Name, h.Value)).ToList();
        if (!Has("User-Agent")) headers.Add(new("User-Agent", "kube-probe/1.32"));
        if (!Has("Accept")) headers.Add(new("Accept", "*/*"));
        headers.RemoveAll(h => h.Value.Length == 0 && string.Equals(h.Key, "Accept", StringComparison.OrdinalIgnoreCase));
        return headers;

        bool Has(string name) => headers.Exists(h => string.Equals(h.Key, name, StringComparison.OrdinalIgnoreCase));
    }

    // Null: there is nowhere to go.
    private static Runtime.HttpCall? Follow(Runtime.HttpCall call, string? location)
    {
        if (string.IsNullOrEmpty(location)) return null;
        var basis = new Uri($"{call.Scheme.ToLowerInvariant()}://{call.Host}:{call.Port}{call.Path}");
        if (!Uri.TryCreate(basis, location, out var to)) return null;
        return call with { Scheme = to.Scheme, Host = to.Host, Port = to.Port, Path = to.PathAndQuery };
    }
}
