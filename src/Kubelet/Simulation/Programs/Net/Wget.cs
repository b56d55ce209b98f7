using System.Text;
using MiniK8s.Kubelet.Runtime;
using MiniK8s.Kubelet.Simulation.Files;
using MiniK8s.Kubelet.Simulation.Network;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Net;

/// <summary>wget in busybox's form, over plain HTTP.</summary>
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
