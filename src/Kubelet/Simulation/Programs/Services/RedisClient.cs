using System.Globalization;
using System.Text;
using MiniK8s.Kubelet.Simulation.Files;
using MiniK8s.Kubelet.Simulation.Network;
using MiniK8s.Kubelet.Simulation.Processes;
using MiniK8s.Kubelet.Simulation.Shell;

namespace MiniK8s.Kubelet.Simulation.Programs.Services;

/// <summary>redis-cli: one command, or those of its input, line by line.</summary>
internal sealed class RedisClient : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var options = new Arguments(arguments, "hpan", stopAtOperand: true);
        var (host, port) = (options.Value("h") ?? "127.0.0.1", int.TryParse(options.Value("p"), out var p) ? p : 6379);
        self.Clock.GoLive();
        var dialled = await self.Kernel.Network.Network.DialAsync(self.Kernel.Network, host, port, TimeSpan.FromSeconds(10), self.Killed);
        if (dialled.Connection is not { } connection)
        {
            await self.ErrorAsync($"Could not connect to Redis at {host}:{port}: {(dialled.Error!.Kind == Runtime.NetworkErrorKind.UnknownHost ? "Name or service not known" : "Connection refused")}");
            return 1;
        }
        await using (connection)
        {
            var reader = new LineReader(new StreamFile(connection));
            if (options.Operands.Count > 0) return await AskAsync(self, connection, reader, options.Operands);
            await foreach (var line in Streams.LinesAsync(self, self.Stdin))
                await AskAsync(self, connection, reader, [.. line.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);
            return 0;
        }
    }

    private static async ValueTask<int> AskAsync(SimProcess self, Connection connection, LineReader reader, List<string> words)
    {
        if (words.Count == 0) return 0;
        var request = new StringBuilder().Append(CultureInfo.InvariantCulture, $"*{words.Count}\r\n");
        foreach (var word in words) request.Append(CultureInfo.InvariantCulture, $"${Encoding.UTF8.GetByteCount(word)}\r\n{word}\r\n");
        await connection.WriteAsync(Encoding.UTF8.GetBytes(request.ToString()), self.Killed);
        return await ShowAsync(self, reader, "");
    }

    private static async ValueTask<int> ShowAsync(SimProcess self, LineReader reader, string prefix)
    {
        var line = (await reader.ReadLineAsync(self.Killed))?.TrimEnd('\r');
        switch (line)
        {
            case null or "":
                return 0;
            case ['*', .. var count]:
                var items = int.Parse(count, CultureInfo.InvariantCulture);
                for (var i = 1; i <= items; i++) await ShowAsync(self, reader, $"{i}) ");
                if (items == 0) await self.WriteLineAsync("");
                return 0;
            case ['$', '-', ..]:
                await self.WriteLineAsync(prefix);
                return 0;
            case ['$', .. var length]:
                var text = new StringBuilder();
                for (var left = int.Parse(length, CultureInfo.InvariantCulture); left >= 0;)
                {
                    var row = await reader.ReadLineAsync(self.Killed) ?? "";
                    text.Append(row).Append('\n');
                    left -= Encoding.UTF8.GetByteCount(row) + 1;
                }
                await self.WriteLineAsync(prefix + text.ToString().TrimEnd('\r', '\n'));
                return 0;
            default:
                await self.WriteLineAsync(prefix + line[1..]);
                return line[0] == '-' ? 1 : 0;
        }
    }
}
