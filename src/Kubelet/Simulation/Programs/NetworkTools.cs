using System.Globalization;
using System.Text;
using MiniK8s.Kubelet.Runtime;
using MiniK8s.Kubelet.Simulation.Files;
using MiniK8s.Kubelet.Simulation.Network;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs;

/// <summary>ping as busybox has it; who does not answer is waited for ten seconds, or <c>-W</c>.</summary>
internal sealed class Ping : IProgram
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var options = new Arguments(arguments, "cWwistIp");
        if (options.Operands is not [var host, ..])
        {
            await self.ErrorAsync("Usage: ping [OPTIONS] HOST");
            return 1;
        }
        self.Clock.GoLive();
        if (self.Kernel.Network.Network.Resolve(host, self.Kernel.Network) is not [var ip, ..])
        {
            await self.ErrorAsync($"ping: bad address '{host}'");
            return 1;
        }
        var count = int.TryParse(options.Value("c"), out var c) ? c : int.MaxValue;
        var wait = Durations.Parse(options.Value("W") ?? "10") ?? TimeSpan.FromSeconds(10);
        var deadline = options.TryValue(out var w, "w") && Durations.Parse(w) is { } limit ? self.Clock.Now + limit : DateTimeOffset.MaxValue;
        await self.WriteLineAsync($"PING {host} ({ip}): 56 data bytes");
        var (sent, received) = (0, 0);
        while (sent < count && self.Clock.Now < deadline)
        {
            var answers = await self.Kernel.Network.Network.AnswersPingAsync(ip, self.Kernel.Network, self.Killed);
            sent++;
            if (answers)
                await self.WriteLineAsync($"64 bytes from {ip}: seq={received++} ttl=64 time=0.0{(ip.Sum(d => d) + sent) % 60 + 30} ms");
            if (sent < count) await self.SleepAsync(Interval);
            else if (!answers) await self.SleepAsync(wait);
        }
        await self.WriteLineAsync($"\n--- {host} ping statistics ---\n{sent} packets transmitted, {received} packets received, {(sent == 0 ? 0 : (sent - received) * 100 / sent)}% packet loss");
        if (received > 0) await self.WriteLineAsync("round-trip min/avg/max = 0.031/0.058/0.089 ms");
        return received > 0 ? 0 : 1;
    }
}

internal sealed class NsLookup : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var options = new Arguments(arguments);
        if (options.Operands is not [var name, ..]) return 1;
        self.Clock.GoLive();
        var server = self.Kernel.Network.NameServers is [var first, ..] ? first : "10.96.0.10";
        await self.WriteLineAsync($"Server:\t\t{server}\nAddress:\t{server}:53\n");
        var network = self.Kernel.Network;
        var found = network.Network.Resolve(name, network);
        if (found.Count == 0)
        {
            await self.WriteLineAsync($"** server can't find {name}: NXDOMAIN\n");
            return 1;
        }
        var full = network.Searches.Select(s => $"{name}.{s}").FirstOrDefault(n => network.Network.ClusterNames.Resolve(n).Count > 0) ?? name;
        foreach (var ip in found) await self.WriteLineAsync($"Name:\t{full}\nAddress: {ip}");
        await self.WriteLineAsync("");
        return 0;
    }
}

/// <summary>A URL's parts, with the defaults of curl and wget.</summary>
internal sealed record Url(string Scheme, string Host, int Port, string Path)
{
    public string Authority => Port == (Scheme == "https" ? 443 : 80) ? Host : $"{Host}:{Port.ToString(CultureInfo.InvariantCulture)}";

    public static Url? Parse(string text)
    {
        var scheme = text.Contains("://", StringComparison.Ordinal) ? text[..text.IndexOf("://", StringComparison.Ordinal)] : "http";
        var rest = text.Contains("://", StringComparison.Ordinal) ? text[(text.IndexOf("://", StringComparison.Ordinal) + 3)..] : text;
        var slash = rest.IndexOfAny(['/', '?']);
        var authority = (slash < 0 ? rest : rest[..slash]).Split('@')[^1];
        var colon = authority.LastIndexOf(':');
        var port = colon < 0 ? scheme == "https" ? 443 : 80 : int.TryParse(authority.AsSpan(colon + 1), CultureInfo.InvariantCulture, out var p) ? p : 0;
        var path = slash < 0 ? "/" : rest[slash] == '/' ? rest[slash..] : "/" + rest[slash..];
        return port is < 1 or > 65535 || authority == "" ? null : new Url(scheme, colon < 0 ? authority : authority[..colon], port, path.Split('#')[0]);
    }
}

/// <summary>One HTTP exchange of a process.</summary>
internal static class HttpClientSide
{
    public static async Task<(VirtualResponse? Response, NetworkError? Error)> SendAsync(SimProcess self, Url url, VirtualRequest request, TimeSpan timeout)
    {
        self.Clock.GoLive();
        using var limit = timeout > TimeSpan.Zero ? new CancellationTokenSource(timeout, self.Kernel.Time) : new CancellationTokenSource();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, self.Killed);
        try
        {
            var dialled = await self.Kernel.Network.Network.DialAsync(self.Kernel.Network, url.Host, url.Port, TimeSpan.Zero, either.Token);
            if (dialled.Connection is not { } connection) return (null, dialled.Error);
            await using (connection)
            {
                await HttpWire.WriteRequestAsync(connection, request, either.Token);
                var response = await HttpWire.ReadResponseAsync(connection, request.Method != "HEAD", either.Token);
                return response is null ? (null, new NetworkError(NetworkErrorKind.Protocol, "Empty reply from server")) : (response, null);
            }
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !self.Killed.IsCancellationRequested)
        {
            return (null, new NetworkError(NetworkErrorKind.Timeout, "timed out"));
        }
        catch (BrokenPipe)
        {
            return (null, new NetworkError(NetworkErrorKind.Protocol, "Empty reply from server"));
        }
    }
}

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

internal sealed class Wget : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var options = new Arguments(arguments, "OTUtP", ["header", "timeout", "tries", "post-data", "output-document"]);
        if (options.Operands is not [var address, ..] || Url.Parse(address) is not { } url)
        {
            await self.ErrorAsync("wget: missing URL");
            return 1;
        }
        var quiet = options.Has("q", "quiet");
        var timeout = Durations.Parse(options.Value("T", "timeout") ?? "900") ?? TimeSpan.Zero;
        if (self.Kernel.Network.Network.Resolve(url.Host, self.Kernel.Network) is not [var ip, ..])
        {
            await self.ErrorAsync($"wget: bad address '{url.Host}'");
            return 1;
        }
        if (!quiet) await self.ErrorAsync($"Connecting to {url.Authority} ({ip}:{url.Port})");
        var headers = new List<KeyValuePair<string, string>> { new("Host", url.Authority), new("User-Agent", "Wget"), new("Connection", "close") };
        headers.AddRange(options.Values("header").Select(h => h.Split(':', 2)).Where(h => h.Length == 2).Select(h => new KeyValuePair<string, string>(h[0], h[1].Trim())));
        var post = options.Value("post-data");
        var (response, error) = await HttpClientSide.SendAsync(self, url, new VirtualRequest(post is null ? "GET" : "POST", url.Path, headers, Encoding.UTF8.GetBytes(post ?? "")), timeout);
        if (response is null)
        {
            await self.ErrorAsync(error!.Kind switch
            {
                NetworkErrorKind.ConnectionRefused => $"wget: can't connect to remote host ({ip}): Connection refused",
                NetworkErrorKind.NoRoute => $"wget: can't connect to remote host ({ip}): No route to host",
                NetworkErrorKind.Timeout => "wget: download timed out",
                _ => "wget: error getting response",
            });
            return 1;
        }
        if (response.Status >= 400)
        {
            await self.ErrorAsync($"wget: server returned error: HTTP/1.1 {response.Status} {response.Reason}");
            return 1;
        }
        if (options.Has("spider")) return 0;
        var target = options.Value("O", "output-document") ?? (FileTree.Name(url.Path.Split('?')[0]) is { Length: > 0 } name ? name : "index.html");
        if (target == "-") await self.Stdout.WriteAsync(response.Body, self.Killed);
        else
        {
            var file = self.Files.OpenWrite(target, append: false);
            await file.WriteAsync(response.Body, self.Killed);
            file.Release();
        }
        if (!quiet)
            await self.ErrorAsync(target == "-" ? "writing to stdout\nwritten to stdout" : $"saving to '{target}'\n'{target}' saved");
        return 0;
    }
}

/// <summary>
/// nc: <c>-z</c> to look, <c>-l -p PORT</c> to serve one connection, otherwise standard input and output over a connection.
/// </summary>
internal sealed class Netcat : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var options = new Arguments(arguments, "pwie");
        self.Clock.GoLive();
        if (options.Has("l")) return await ServeAsync(self, options);
        if (options.Operands is not [var host, var portText, ..] || !int.TryParse(portText, out var port))
        {
            await self.ErrorAsync("Usage: nc [OPTIONS] HOST PORT");
            return 1;
        }
        var timeout = Durations.Parse(options.Value("w") ?? "0") ?? TimeSpan.Zero;
        var dialled = await self.Kernel.Network.Network.DialAsync(self.Kernel.Network, host, port, timeout, self.Killed);
        if (dialled.Connection is not { } connection)
        {
            if (dialled.Error!.Kind == NetworkErrorKind.UnknownHost) await self.ErrorAsync($"nc: bad address '{host}'");
            else if (options.Has("v") || !options.Has("z")) await self.ErrorAsync($"nc: {host} ({host}:{port}): {Reason(dialled.Error.Kind)}");
            return 1;
        }
        await using (connection)
        {
            if (options.Has("v")) await self.ErrorAsync($"{host} ({host}:{port}) open");
            if (options.Has("z")) return 0;
            await JoinAsync(self, connection);
            return 0;
        }
    }

    private static string Reason(NetworkErrorKind kind) =>
        kind switch { NetworkErrorKind.ConnectionRefused => "Connection refused", NetworkErrorKind.NoRoute => "No route to host", _ => "Connection timed out" };

    private static async ValueTask<int> ServeAsync(SimProcess self, Arguments options)
    {
        if (!int.TryParse(options.Value("p") ?? options.Operands.LastOrDefault(), out var port)) return 1;
        var keepsOn = options.Has("k") || options.Has("e");
        while (true)
        {
            var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var listener = new Listener(self, port, async (connection, _) =>
            {
                try
                {
                    await JoinAsync(self, connection);
                }
                finally
                {
                    done.TrySetResult();
                }
            });
            try
            {
                self.Kernel.Network.Listen(listener);
            }
            catch (FileError error)
            {
                await self.ErrorAsync($"nc: bind: {error.Message}");
                return 1;
            }
            await done.Task.WaitAsync(self.Killed);
            self.Kernel.Network.Close(listener);
            if (!keepsOn) return 0;
        }
    }

    private static async Task JoinAsync(SimProcess self, Connection connection)
    {
        var sending = SendAsync(self, connection);
        var buffer = new byte[4096];
        while (await connection.ReadAsync(buffer, self.Killed) is var count and > 0)
            await self.Stdout.WriteAsync(buffer.AsMemory(0, count), self.Killed);
        if (sending.IsCompleted) await sending;
    }

    private static async Task SendAsync(SimProcess self, Connection connection)
    {
        try
        {
            var buffer = new byte[4096];
            while (await self.Stdin.ReadAsync(buffer, self.Killed) is var count and > 0)
                await connection.WriteAsync(buffer.AsMemory(0, count), self.Killed);
            connection.CloseSending();
        }
        catch (Exception ex) when (ex is IOException or OperationCanceledException)
        {
            // The connection or the process is over; the reading side ends the command.
        }
    }
}

internal sealed class NetStat : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        await self.WriteLineAsync("Active Internet connections (only servers)\nProto Recv-Q Send-Q Local Address           Foreign Address         State       PID/Program name");
        foreach (var listener in self.Kernel.Network.Listeners.OrderBy(l => l.Port))
        {
            var owner = listener.Owner.Kernel == self.Kernel ? $"{listener.Owner.Pid}/{listener.Owner.Name}" : "-";
            await self.WriteLineAsync($"tcp        0      0 {$"0.0.0.0:{listener.Port}",-23} {"0.0.0.0:*",-23} LISTEN      {owner}");
        }
        return 0;
    }
}

/// <summary>ifconfig and <c>ip addr</c>: shows the pod's one interface.</summary>
internal sealed class IfConfig : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var ip = self.Kernel.Network.Ip;
        await self.WriteLineAsync(FileTree.Name(arguments[0]) == "ifconfig"
            ? $"eth0      Link encap:Ethernet\n          inet addr:{ip}  Mask:255.255.255.0\n\nlo        Link encap:Local Loopback\n          inet addr:127.0.0.1  Mask:255.0.0.0"
            : $"1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536\n    inet 127.0.0.1/8 scope host lo\n2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500\n    inet {ip}/24 scope global eth0");
        return 0;
    }
}
