using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.Json;
using MiniK8s.Kubelet.Runtime;
using MiniK8s.Kubelet.Simulation.Files;
using MiniK8s.Kubelet.Simulation.Network;
using MiniK8s.Kubelet.Simulation.Processes;
using MiniK8s.Kubelet.Simulation.Programs.Net;

namespace MiniK8s.Kubelet.Simulation.Programs.Services;

/// <summary>
/// agnhost, the image of Kubernetes' own tests, and the old <c>liveness</c> image: <c>liveness</c> (/healthz is 200 for ten seconds, then 500), <c>netexec</c>,
/// <c>nettest</c> (/write counts its sources, /read tells them), <c>test-webserver</c>, <c>serve-hostname</c>, <c>grpc-health-checking</c>, <c>pause</c>.
/// </summary>
/// <remarks>netexec answers /, /hostname, /healthz, /echo, /exit and /dial, which passes a request on, and logs what it was asked.</remarks>
internal sealed class Agnhost : IProgram
{
    private static readonly TimeSpan HealthyFor = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan DialTimeout = TimeSpan.FromSeconds(5);

    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var options = new Arguments(arguments, "", ["http-port", "port", "udp-port", "delay-unready"]);
        var command = arguments[0].EndsWith("/server", StringComparison.Ordinal) ? "liveness" : options.Operands.FirstOrDefault() ?? "pause";
        int Port(int normal, params string[] names) => int.TryParse(options.Value(names), CultureInfo.InvariantCulture, out var port) ? port : normal;
        var serving = GrpcHealthStatus.Serving;
        switch (command)
        {
            case "pause":
                await self.WriteLineAsync("Paused");
                break;
            case "liveness":
                await ListenAsync(self, 8080, request => Answer(Liveness(self, request)));
                break;
            case "netexec":
                await ListenAsync(self, Port(8080, "http-port"), request => NetExecAsync(self, request));
                await LogAsync(self, $"Started HTTP server on port {Port(8080, "http-port")}");
                break;
            case "nettest":
                var received = new ConcurrentDictionary<string, int>();
                await ListenAsync(self, Port(8080, "port"), request => Answer(NetTest(received, request)));
                break;
            case "test-webserver":
                await ListenAsync(self, Port(80, "port"), request => Answer(request.Path == "/" ? VirtualResponse.Text(200, "<pre>\n</pre>\n", "text/html") : NotFound));
                break;
            case "serve-hostname":
                await ListenAsync(self, Port(9376, "port"), _ => Answer(VirtualResponse.Text(200, self.Kernel.Hostname)));
                break;
            case "grpc-health-checking":
                await ListenAsync(self, new Listener(self, Port(5000, "port"), (_, _) => Task.CompletedTask) { GrpcHealth = _ => serving });
                await ListenAsync(self, Port(8080, "http-port"), request =>
                {
                    serving = request.Path == "/make-not-serving" ? GrpcHealthStatus.NotServing : GrpcHealthStatus.Serving;
                    return Answer(VirtualResponse.Text(200, ""));
                });
                break;
            default:
                await self.ErrorAsync($"Error: unknown command \"{command}\" for \"app\"");
                return 1;
        }
        // A Go program: TERM is left to the runtime, which as process 1 does nothing on it unless the program asks, and netexec and pause
        // do.
        self.Signals.Catch(Signals.Term, Signals.Int);
        await self.NextSignalAsync();
        return command is "netexec" or "pause" ? 0 : 2;
    }

    private static VirtualResponse NotFound => VirtualResponse.Text(404, "404 page not found\n");

    private static ValueTask<VirtualResponse> Answer(VirtualResponse response) => ValueTask.FromResult(response);

    private static Task ListenAsync(SimProcess self, int port, Func<VirtualRequest, ValueTask<VirtualResponse>> answer) =>
        ListenAsync(self, new Listener(self, port, (connection, ct) => HttpService.ServeAsync(connection, (request, _, _) => answer(request), ct)));

    private static async Task ListenAsync(SimProcess self, Listener listener)
    {
        try
        {
            self.Kernel.Network.Listen(listener);
        }
        catch (FileError error)
        {
            await LogAsync(self, $"listen tcp :{listener.Port}: bind: {error.Message.ToLowerInvariant()}", level: 'F');
            throw new ProcessExit(1);
        }
    }

    private static VirtualResponse Liveness(SimProcess self, VirtualRequest request)
    {
        var age = self.Clock.Now - self.StartedAt;
        if (request.Path != "/healthz") return NotFound;
        return age <= HealthyFor ? VirtualResponse.Text(200, "ok") : VirtualResponse.Text(500, string.Create(CultureInfo.InvariantCulture, $"error: {age.TotalSeconds:F9}"));
    }

    // Counts by whom it was written to.
    private static VirtualResponse NetTest(ConcurrentDictionary<string, int> received, VirtualRequest request)
    {
        switch (request.Path)
        {
            case "/read":
                var counts = received.Select(entry => KeyValuePair.Create(entry.Key, (JsonNode?)entry.Value));
                return VirtualResponse.Text(200, new JsonObject { ["Received"] = new JsonObject(counts) }.ToJsonString(), "application/json");
            case "/write" when Source(request.Body) is { } source:
                received.AddOrUpdate(source, 1, (_, count) => count + 1);
                return VirtualResponse.Text(200, "");
            default:
                return request.Path == "/write" ? VirtualResponse.Text(400, "") : NotFound;
        }
    }

    private static string? Source(byte[] body)
    {
        try
        {
            return JsonNode.Parse(body) is JsonObject sent && sent["Source"] is JsonValue source ? source.ToString() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static async ValueTask<VirtualResponse> NetExecAsync(SimProcess self, VirtualRequest request)
    {
        var parts = request.Path.Split('?', 2);
        var query = parts.Length > 1 ? parts[1].Split('&').Select(p => p.Split('=', 2)).Where(p => p.Length == 2).ToDictionary(p => p[0], p => Uri.UnescapeDataString(p[1])) : [];
        switch (parts[0])
        {
            case "/":
                await LogAsync(self, "GET /");
                return VirtualResponse.Text(200, $"NOW: {self.Clock.Now.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.fffffff", CultureInfo.InvariantCulture)} +0000 UTC");
            case "/hostname" or "/hostName":
                await LogAsync(self, $"GET {parts[0]}");
                return VirtualResponse.Text(200, self.Kernel.Hostname);
            case "/healthz" or "/readyz":
                return VirtualResponse.Text(200, "");
            case "/echo":
                await LogAsync(self, $"GET /echo?msg={query.GetValueOrDefault("msg")}");
                return VirtualResponse.Text(int.TryParse(query.GetValueOrDefault("code"), out var code) ? code : 200, query.GetValueOrDefault("msg", ""));
            case "/dial":
                await LogAsync(self, $"GET {request.Path}");
                return VirtualResponse.Text(200, await DialAsync(self, query), "application/json");
            case "/exit":
                await LogAsync(self, $"GET {request.Path}");
                self.Deliver(Signals.Term);
                return VirtualResponse.Text(200, "");
            default:
                return NotFound;
        }
    }

    private static async Task<string> DialAsync(SimProcess self, Dictionary<string, string> query)
    {
        var port = int.TryParse(query.GetValueOrDefault("port"), CultureInfo.InvariantCulture, out var given) ? given : 8080;
        var url = new Url("http", query.GetValueOrDefault("host", ""), port, $"/{query.GetValueOrDefault("request", "hostName")}");
        var request = new VirtualRequest("GET", url.Path, [new("Host", url.Authority), new("Connection", "close")], []);
        var (response, error) = await HttpClientSide.SendAsync(self, url, request, DialTimeout);
        var (name, text) = response is null ? ("errors", error!.Message) : ("responses", System.Text.Encoding.UTF8.GetString(response.Body));
        return new JsonObject { [name] = new JsonArray(text) }.ToJsonString();
    }

    // As klog writes it, which agnhost's log goes through.
    private static ValueTask LogAsync(SimProcess self, string text, char level = 'I') =>
        self.ErrorAsync(string.Create(CultureInfo.InvariantCulture, $"{level}{self.Clock.Now.UtcDateTime:MMdd HH:mm:ss.ffffff} {self.Pid,7} log.go:245] {text}"));
}
