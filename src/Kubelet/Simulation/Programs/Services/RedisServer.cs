using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using MiniK8s.Kubelet.Simulation.Files;
using MiniK8s.Kubelet.Simulation.Network;
using MiniK8s.Kubelet.Simulation.Processes;
using MiniK8s.Kubelet.Simulation.Shell;

namespace MiniK8s.Kubelet.Simulation.Programs.Services;

/// <summary>
/// redis-server: strings and counters over RESP, with the log lines and the shutdown of the real one. At most 10,000 keys of 64 KiB.
/// </summary>
internal sealed class RedisServer : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var options = new Arguments(arguments, "", ["port", "bind", "requirepass", "appendonly", "maxmemory", "dir"]);
        var port = int.TryParse(options.Value("port"), out var p) ? p : 6379;
        var version = self.Kernel.Facts.GetValueOrDefault("redis.version", "7.0.5");
        await LogAsync(self, 'C', '#', "oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo");
        await LogAsync(self, 'C', '#', $"Redis version={version}, bits=64, commit=00000000, modified=0, pid={self.Pid}, just started");
        var keys = new ConcurrentDictionary<string, string>();
        var listener = new Listener(self, port, (connection, ct) => ServeAsync(self, keys, connection, ct));
        try
        {
            self.Kernel.Network.Listen(listener);
        }
        catch (FileError)
        {
            await LogAsync(self, 'M', '#', $"Warning: Could not create server TCP listening socket *:{port}: bind: Address already in use");
            await LogAsync(self, 'M', '#', $"Failed listening on port {port} (TCP), aborting.");
            return 1;
        }
        self.UseMemory(new MemoryUse(7 << 20, self.Clock.Now));
        self.Signals.Catch(Signals.Term, Signals.Int);
        await LogAsync(self, 'M', '*', $"Running mode=standalone, port={port}.");
        await LogAsync(self, 'M', '#', "Server initialized");
        await LogAsync(self, 'M', '*', "Ready to accept connections");
        var signal = await self.NextSignalAsync();
        await self.WriteLineAsync($"{self.Pid}:signal-handler ({self.Clock.Now.ToUnixTimeSeconds()}) Received SIG{Signals.Name(signal)} scheduling shutdown...");
        await LogAsync(self, 'M', '#', "User requested shutdown...");
        await LogAsync(self, 'M', '*', "Saving the final RDB snapshot before exiting.");
        await LogAsync(self, 'M', '#', "Redis is now ready to exit, bye bye...");
        return 0;
    }

    private static ValueTask LogAsync(SimProcess self, char role, char level, string text) =>
        self.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{self.Pid}:{role} {self.Clock.Now.UtcDateTime:dd MMM yyyy HH:mm:ss.fff} {level} {text}"));

    private static async Task ServeAsync(SimProcess self, ConcurrentDictionary<string, string> keys, Connection connection, CancellationToken ct)
    {
        var reader = new LineReader(new StreamFile(connection));
        while (await reader.ReadLineAsync(ct) is { } line)
        {
            var words = await ReadCommandAsync(reader, line.TrimEnd('\r'), ct);
            if (words.Count == 0) continue;
            await connection.WriteAsync(Encoding.UTF8.GetBytes(Answer(self, keys, words)), ct);
            if (words[0].Equals("QUIT", StringComparison.OrdinalIgnoreCase)) return;
        }
    }

    // "*2\r\n$3\r\nGET\r\n$1\r\na\r\n", or the words on one line as a person types them.
    private static async Task<List<string>> ReadCommandAsync(LineReader reader, string line, CancellationToken ct)
    {
        if (!line.StartsWith('*')) return [.. line.Split(' ', StringSplitOptions.RemoveEmptyEntries)];
        var words = new List<string>();
        for (var left = int.TryParse(line.AsSpan(1), out var n) ? int.Min(n, 1000) : 0; left > 0; left--)
        {
            await reader.ReadLineAsync(ct);         // the length; values with line ends are not supported
            words.Add((await reader.ReadLineAsync(ct))?.TrimEnd('\r') ?? "");
        }
        return words;
    }

    private static string Answer(SimProcess self, ConcurrentDictionary<string, string> keys, List<string> words)
    {
        switch (words[0].ToUpperInvariant(), words.Count)
        {
            case ("PING", 1): return "+PONG\r\n";
            case ("PING" or "ECHO", 2): return Bulk(words[1]);
            case ("SET", >= 3) when keys.Count < 10_000 && words[2].Length <= 64 << 10:
                keys[words[1]] = words[2];
                return "+OK\r\n";
            case ("GET", 2): return Bulk(keys.GetValueOrDefault(words[1]));
            case ("DEL", >= 2): return $":{words.Skip(1).Count(k => keys.TryRemove(k, out _))}\r\n";
            case ("EXISTS", 2): return keys.ContainsKey(words[1]) ? ":1\r\n" : ":0\r\n";
            case ("INCR", 2):
                var value = keys.AddOrUpdate(words[1], "1", (_, old) => ((long.TryParse(old, CultureInfo.InvariantCulture, out var number) ? number : 0) + 1).ToString(CultureInfo.InvariantCulture));
                return $":{value}\r\n";
            case ("KEYS", 2):
                var found = keys.Keys.Where(k => ShellPattern.IsMatch(words[1], k)).ToList();
                return $"*{found.Count}\r\n{string.Concat(found.Select(Bulk))}";
            case ("DBSIZE", 1): return $":{keys.Count}\r\n";
            case ("FLUSHALL" or "FLUSHDB", _):
                keys.Clear();
                return "+OK\r\n";
            case ("INFO", _): return Bulk($"# Server\r\nredis_version:{self.Kernel.Facts.GetValueOrDefault("redis.version", "7.0.5")}\r\nprocess_id:{self.Pid}\r\n# Replication\r\nrole:master\r\nconnected_slaves:0\r\n");
            case ("SELECT" or "AUTH" or "CLIENT" or "SAVE" or "BGSAVE" or "QUIT" or "CONFIG" or "COMMAND", _): return "+OK\r\n";
            case ("SHUTDOWN", _):
                self.Deliver(Signals.Term);
                return "";
            default: return $"-ERR unknown command '{words[0]}', with args beginning with: {string.Concat(words.Skip(1).Select(w => $"'{w}' "))}\r\n";
        }
    }

    private static string Bulk(string? text) => text is null ? "$-1\r\n" : $"${Encoding.UTF8.GetByteCount(text)}\r\n{text}\r\n";
}
