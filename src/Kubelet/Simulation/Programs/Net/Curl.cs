using System.Globalization;
using System.Text;
using MiniK8s.Kubelet.Runtime;
using MiniK8s.Kubelet.Simulation.Network;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Net;

/// <summary>curl over plain HTTP: <c>-s -S -f -i -I -L -o -w -X -H -d -m</c> and others; to https it answers what it says of a server without TLS.</summary>
internal sealed class Curl : IProgram
{
    private const int MaxRedirects = 20;

    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var options = new Arguments(arguments, "moXHdwAuTbeF", ["max-time", "connect-timeout", "output", "request", "header", "data", "write-out", "user-agent", "retry", "retry-delay", "url", "data-raw"]);
        var urls = options.Operands.Concat(options.Values("url")).ToList();
        if (urls.Count == 0)
        {
            await self.ErrorAsync("curl: try 'curl --help' or 'curl --manual' for more information");
            return 2;
        }
        var status = 0;
        foreach (var url in urls) status = await FetchAsync(self, options, url);
        return status;
    }

    private static async ValueTask<int> FetchAsync(SimProcess self, Arguments options, string address)
    {
        if (Url.Parse(address) is not { } url) return await FailAsync(self, options, 3, "URL using bad/illegal format or missing URL");
        if (url.Scheme is not ("http" or "https")) return await FailAsync(self, options, 1, $"Protocol \"{url.Scheme}\" not supported");
        var timeout = Durations.Parse(options.Value("m", "max-time", "connect-timeout") ?? "134") ?? TimeSpan.Zero;
        for (var hop = 0; ; hop++)
        {
            var (response, error) = await HttpClientSide.SendAsync(self, url, Request(options, url), timeout);
            if (error is not null || response is null) return await FailAsync(self, options, url, error!, timeout);
            if (url.Scheme == "https") return await FailAsync(self, options, 35, "OpenSSL/3.0: error:0A00010B:SSL routines::wrong version number");
            if (options.Has("L", "location") && (response.Status is 301 or 302 or 307 or 308) && response.Header("Location") is { } location && hop < MaxRedirects)
            {
                url = Url.Parse(location.StartsWith('/') ? $"{url.Scheme}://{url.Authority}{location}" : location) ?? url;
                continue;
            }
            return await ShowAsync(self, options, url, response);
        }
    }

    private static VirtualRequest Request(Arguments options, Url url)
    {
        var data = options.Values("d", "data", "data-raw").ToList();
        var method = options.Value("X", "request") ?? (options.Has("I", "head") ? "HEAD" : data.Count > 0 ? "POST" : "GET");
        var headers = new List<KeyValuePair<string, string>> { new("Host", url.Authority), new("User-Agent", options.Value("A", "user-agent") ?? "curl/8.5.0"), new("Accept", "*/*") };
        foreach (var header in options.Values("H", "header").Select(h => h.Split(':', 2)).Where(h => h.Length == 2))
        {
            headers.RemoveAll(h => string.Equals(h.Key, header[0], StringComparison.OrdinalIgnoreCase));
            headers.Add(new(header[0], header[1].Trim()));
        }
        headers.Add(new("Connection", "close"));
        return new VirtualRequest(method, url.Path, headers, Encoding.UTF8.GetBytes(string.Join('&', data)));
    }

    private static async ValueTask<int> ShowAsync(SimProcess self, Arguments options, Url url, VirtualResponse response)
    {
        if (options.Has("f", "fail") && response.Status >= 400)
            return await FailAsync(self, options, 22, $"The requested URL returned error: {response.Status}");
        var output = new MemoryStream();
        if (options.Has("i", "I", "head", "include"))
        {
            var head = new StringBuilder().Append(CultureInfo.InvariantCulture, $"HTTP/1.1 {response.Status} {response.Reason}\r\n");
            foreach (var (name, value) in response.Headers) head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
            output.Write(Encoding.UTF8.GetBytes(head.Append("\r\n").ToString()));
        }
        output.Write(response.Body);
        if (options.TryValue(out var path, "o", "output"))
        {
            var file = self.Files.OpenWrite(path, append: false);
            await file.WriteAsync(output.ToArray(), self.Killed);
            file.Release();
        }
        else await self.Stdout.WriteAsync(output.ToArray(), self.Killed);
        if (options.TryValue(out var format, "w", "write-out"))
        {
            await self.WriteAsync(Escapes.Expand(format.Replace("%{http_code}", response.Status.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
                .Replace("%{response_code}", response.Status.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
                .Replace("%{size_download}", response.Body.Length.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
                .Replace("%{time_total}", "0.001", StringComparison.Ordinal).Replace("%{url_effective}", $"{url.Scheme}://{url.Authority}{url.Path}", StringComparison.Ordinal)).Text);
        }
        return 0;
    }

    private static async ValueTask<int> FailAsync(SimProcess self, Arguments options, Url url, NetworkError error, TimeSpan timeout)
    {
        if (options.TryValue(out var format, "w", "write-out")) await self.WriteAsync(Escapes.Expand(format.Replace("%{http_code}", "000", StringComparison.Ordinal)).Text);
        return error.Kind switch
        {
            NetworkErrorKind.UnknownHost => await FailAsync(self, options, 6, $"Could not resolve host: {url.Host}"),
            NetworkErrorKind.ConnectionRefused => await FailAsync(self, options, 7, $"Failed to connect to {url.Host} port {url.Port} after 0 ms: Couldn't connect to server"),
            NetworkErrorKind.NoRoute => await FailAsync(self, options, 7, $"Failed to connect to {url.Host} port {url.Port} after 3071 ms: Couldn't connect to server"),
            NetworkErrorKind.Timeout => await FailAsync(self, options, 28, $"Connection timed out after {(long)timeout.TotalMilliseconds} milliseconds"),
            _ => await FailAsync(self, options, 52, "Empty reply from server"),
        };
    }

    private static async ValueTask<int> FailAsync(SimProcess self, Arguments options, int code, string text)
    {
        if (!options.Has("s", "silent") || options.Has("S", "show-error")) await self.ErrorAsync($"curl: ({code}) {text}");
        return code;
    }
}
