using System.Globalization;
using System.Text.RegularExpressions;
using System.Text;
using MiniK8s.Kubelet.Simulation.Files;
using MiniK8s.Kubelet.Simulation.Network;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Services;

/// <summary>One location of a server: what it returns, or where its files are.</summary>
internal sealed record NginxLocation(string Path, bool IsExact, int Status, string Body, string Root);

/// <summary>One <c>server</c> block.</summary>
internal sealed record NginxServer(IReadOnlyList<int> Ports, string Root, IReadOnlyList<NginxLocation> Locations);

/// <summary>
/// The part of nginx's configuration that matters here: <c>daemon</c>, <c>include</c>, <c>listen</c>, <c>root</c>, and locations with
/// <c>return</c> or their own root. Everything else is passed over.
/// </summary>
internal sealed partial class NginxConfiguration
{
    public bool DaemonOff { get; private set; }
    public List<NginxServer> Servers { get; } = [];

    /// <summary>What nginx -t would complain about; null if nothing.</summary>
    public string? Fault { get; private set; }

    public IEnumerable<int> Ports => Servers.SelectMany(s => s.Ports).Distinct();

    public static async Task<NginxConfiguration> ReadAsync(SimProcess self, string path)
    {
        var configuration = new NginxConfiguration();
        await configuration.ReadFileAsync(self, path, depth: 0);
        return configuration;
    }

    private async Task ReadFileAsync(SimProcess self, string path, int depth)
    {
        var text = Comments().Replace(await self.Files.ReadTextAsync(path), "");
        DaemonOff |= DaemonOffDirective().IsMatch(text);
        if (text.Count(c => c == '{') is var opened && opened != text.Count(c => c == '}'))
        {
            var last = text.TrimEnd().Count(c => c == '\n') + 1;
            Fault = text.Count(c => c == '}') > opened ? $"unexpected \"}}\" in {path}:{last}" : $"unexpected end of file, expecting \"}}\" in {path}:{last}";
            return;
        }
        foreach (var block in Blocks(text, "server")) Servers.Add(ServerOf(block));
        if (depth > 5) return;
        foreach (Match include in Includes().Matches(text))
        {
            var target = include.Groups[1].Value;
            var directory = FileTree.Parent(target.StartsWith('/') ? target : "/etc/nginx/" + target);
            if (self.Files.Find(directory) is not DirectoryNode) continue;
            foreach (var (name, node) in self.Files.List(directory))
                if (Shell.ShellPattern.IsMatch(FileTree.Name(target), name) && self.Files.Find($"{directory}/{name}") is RegularFile && name != "mime.types")
                    await ReadFileAsync(self, $"{directory}/{name}", depth + 1);
        }
    }

    private static NginxServer ServerOf(string block)
    {
        var locations = new List<NginxLocation>();
        foreach (Match match in LocationHeads().Matches(block))
        {
            var body = BodyAt(block, match.Index + match.Length);
            var answer = Returns().Match(body);
            locations.Add(new NginxLocation(
                match.Groups["path"].Value, match.Groups["mod"].Value == "=", answer.Success ? int.Parse(answer.Groups[1].Value, CultureInfo.InvariantCulture) : 0,
                Escapes.Expand(answer.Groups[2].Value.Trim().Trim('"', '\'')).Text, Roots().Match(body).Groups[1].Value));
        }
        var outside = LocationHeads().IsMatch(block) ? block[..LocationHeads().Match(block).Index] : block;
        var ports = Listens().Matches(block).Select(m => int.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture)).Distinct().ToList();
        if (Returns().Match(outside) is { Success: true } whole)
            locations.Add(new NginxLocation("/", false, int.Parse(whole.Groups[1].Value, CultureInfo.InvariantCulture), Escapes.Expand(whole.Groups[2].Value.Trim().Trim('"', '\'')).Text, ""));
        return new NginxServer(ports.Count == 0 ? [80] : ports, Roots().Match(outside) is { Success: true } root ? root.Groups[1].Value : "/usr/share/nginx/html", locations);
    }

    private static IEnumerable<string> Blocks(string text, string name) =>
        Regex.Matches(text, $@"\b{name}\s*\{{").Select(m => BodyAt(text, m.Index + m.Length));

    private static string BodyAt(string text, int start)
    {
        var depth = 1;
        for (var i = start; i < text.Length; i++)
        {
            if (text[i] == '{') depth++;
            else if (text[i] == '}' && --depth == 0) return text[start..i];
        }
        return text[start..];
    }

    [GeneratedRegex(@"(?m)(^|\s)#.*$")]
    private static partial Regex Comments();

    [GeneratedRegex(@"\bdaemon\s+off\s*;")]
    private static partial Regex DaemonOffDirective();

    [GeneratedRegex(@"\binclude\s+([^;]+);")]
    private static partial Regex Includes();

    [GeneratedRegex(@"\blisten\s+(?:[^;\s]*:)?(\d+)[^;]*;")]
    private static partial Regex Listens();

    [GeneratedRegex(@"\broot\s+([^;\s]+)\s*;")]
    private static partial Regex Roots();

    [GeneratedRegex(@"\breturn\s+(\d{3})([^;]*);")]
    private static partial Regex Returns();

    [GeneratedRegex(@"\blocation\s+(?<mod>=|\^~)?\s*(?<path>/[^\s{]*)\s*\{")]
    private static partial Regex LocationHeads();
}

/// <summary>Answers requests from a configuration and the container's files.</summary>
internal sealed class NginxSite(NginxConfiguration configuration, string version)
{
    /// <summary>The answer, and for the error log what was missing.</summary>
    public async ValueTask<(VirtualResponse Response, string? Missing)> AnswerAsync(SimProcess self, int port, VirtualRequest request)
    {
        var path = request.Path.Split('?')[0];
        var server = configuration.Servers.Find(s => s.Ports.Contains(port)) ?? configuration.Servers[0];
        var location = server.Locations.Where(l => l.IsExact ? path == l.Path : path.StartsWith(l.Path, StringComparison.Ordinal))
            .OrderByDescending(l => l.IsExact).ThenByDescending(l => l.Path.Length).FirstOrDefault();
        if (location is { Status: > 0 }) return (Returned(self, location), null);
        if (request.Method is not ("GET" or "HEAD")) return (ErrorPage(self, 405), null);
        var root = location is { Root.Length: > 0 } own ? own.Root : server.Root;
        var file = VirtualFileSystem.Normalise(path, "/") is var clean && path.EndsWith('/') ? $"{root}{clean.TrimEnd('/')}/index.html" : root + clean;
        try
        {
            var node = self.Files.Find(file) ?? throw FileError.NotFound;
            if (node is DirectoryNode) return (Redirect(self, path + "/"), null);
            return (Page(self, 200, await self.Files.ReadAllAsync(file), TypeOf(file), node.ModifiedAt), null);
        }
        catch (FileError error) when (error.Message == FileError.NotFound.Message && path.EndsWith('/') && self.Files.Find(FileTree.Parent(file)) is DirectoryNode)
        {
            return (ErrorPage(self, 403), $"directory index of \"{FileTree.Parent(file)}/\" is forbidden");
        }
        catch (FileError error)
        {
            var denied = error.Message == FileError.Denied.Message;
            return (ErrorPage(self, denied ? 403 : 404), $"open() \"{file}\" failed ({(denied ? 13 : 2)}: {error.Message})");
        }
    }

    private VirtualResponse Returned(SimProcess self, NginxLocation location)
    {
        if (location.Status is 301 or 302 or 303 or 307 or 308)
        {
            var page = ErrorPage(self, location.Status);
            return page with { Headers = [.. page.Headers, new("Location", location.Body)] };
        }
        if (location.Body == "" && location.Status >= 300) return ErrorPage(self, location.Status);
        return Page(self, location.Status, Encoding.UTF8.GetBytes(location.Body), "application/octet-stream");
    }

    private VirtualResponse Redirect(SimProcess self, string to)
    {
        var page = ErrorPage(self, 301);
        return page with { Headers = [.. page.Headers, new("Location", to)] };
    }

    private VirtualResponse ErrorPage(SimProcess self, int status) =>
        Page(self, status, Encoding.UTF8.GetBytes(Html($"{status} {(status == 405 ? "Not Allowed" : HttpWire.ReasonOf(status))}")), "text/html");

    private string Html(string title) =>
        $"<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1></center>\r\n<hr><center>nginx/{version}</center>\r\n</body>\r\n</html>\r\n";

    private VirtualResponse Page(SimProcess self, int status, byte[] body, string type, DateTimeOffset? modified = null)
    {
        var headers = new List<KeyValuePair<string, string>>
        {
            new("Server", $"nginx/{version}"), new("Date", self.Clock.Now.ToString("R", CultureInfo.InvariantCulture)), new("Content-Type", type),
            new("Content-Length", body.Length.ToString(CultureInfo.InvariantCulture)),
        };
        if (modified is { } time) headers.Add(new("Last-Modified", time.ToString("R", CultureInfo.InvariantCulture)));
        headers.Add(new("Connection", "keep-alive"));
        return new VirtualResponse(status, HttpWire.ReasonOf(status), headers, body);
    }

    private static string TypeOf(string file) => FileTree.Name(file).Split('.')[^1] switch
    {
        "html" or "htm" => "text/html", "css" => "text/css", "js" => "application/javascript", "json" => "application/json", "txt" => "text/plain", "xml" => "text/xml",
        "png" => "image/png", "svg" => "image/svg+xml", _ => "application/octet-stream",
    };
}
