using System.Globalization;
using System.Text.RegularExpressions;
using MiniK8s.Kubelet.Simulation.Files;
using MiniK8s.Kubelet.Simulation.Images;
using MiniK8s.Kubelet.Simulation.Network;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Services;

/// <summary>
/// A long-running program described by data in the image catalogue: what it prints, where it listens, what it answers, how it takes
/// signals, what memory it takes.
/// </summary>
internal sealed partial class ServiceProgram(ServiceSpec spec) : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        if (arguments.Skip(1).FirstOrDefault(spec.Answers.ContainsKey) is { } asked)
        {
            foreach (var line in spec.Answers[asked].Log) await self.WriteLineAsync(Fill(self, line));
            foreach (var line in spec.Answers[asked].ErrorLog) await self.ErrorAsync(Fill(self, line));
            return spec.Answers[asked].Exit;
        }
        if (spec.RequiresAnyEnv.Count > 0 && !spec.RequiresAnyEnv.Any(name => !string.IsNullOrEmpty(self.Env(name))))
        {
            foreach (var line in spec.MissingEnvLog) await self.ErrorAsync(Fill(self, line));
            return 1;
        }
        foreach (var (name, _) in spec.Signals) self.Signals.Catch(Signals.Parse(name) ?? throw new InvalidOperationException($"The catalogue names a signal {name}."));
        foreach (var line in spec.Log) await self.WriteLineAsync(Fill(self, line));
        foreach (var line in spec.ErrorLog) await self.ErrorAsync(Fill(self, line));
        if (spec.Memory is { } memory)
            self.UseMemory(new MemoryUse(Sizes.Parse(memory.Base), self.Clock.Now, Sizes.Parse(memory.GrowthPerSecond), memory.Maximum == "" ? long.MaxValue : Sizes.Parse(memory.Maximum)));
        await self.SleepAsync(Durations.Parse(spec.StartDelay) ?? TimeSpan.Zero);
        foreach (var port in Ports(arguments))
        {
            try
            {
                self.Kernel.Network.Listen(new Listener(self, port, ServeAsync));
            }
            catch (FileError error)
            {
                await self.ErrorAsync($"{self.Name}: cannot listen on port {port}: {error.Message}");
                return 1;
            }
        }
        foreach (var line in spec.ReadyLog) await self.WriteLineAsync(Fill(self, line));
        return spec.ExitAfter == "" ? await UntilSignalAsync(self) : await UntilItEndsAsync(self);
    }

    private async ValueTask<int> UntilSignalAsync(SimProcess self)
    {
        while (true)
        {
            var signal = await self.NextSignalAsync();
            var reaction = spec.Signals.First(s => Signals.Parse(s.Key) == signal).Value;
            foreach (var line in reaction.Log) await self.WriteLineAsync(Fill(self, line));
            if (reaction.Ignore) continue;
            await self.SleepAsync(Durations.Parse(reaction.After) ?? TimeSpan.Zero);
            return reaction.Exit;
        }
    }

    private async ValueTask<int> UntilItEndsAsync(SimProcess self)
    {
        await self.SleepAsync(Durations.Parse(spec.ExitAfter) ?? TimeSpan.Zero);
        return spec.ExitCode;
    }

    private IEnumerable<int> Ports(IReadOnlyList<string> arguments)
    {
        if (spec.PortArgument != "" && Regex.Match(string.Join(' ', arguments), spec.PortArgument, RegexOptions.None, TimeSpan.FromMilliseconds(200)) is { Success: true } match
            && int.TryParse(match.Groups[1].Value, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= 65_535)
            return [port];
        return spec.Listen;
    }

    private async Task ServeAsync(Connection connection, CancellationToken ct)
    {
        if (spec.Greeting != "") await connection.WriteAsync(System.Text.Encoding.UTF8.GetBytes(spec.Greeting), ct);
        if (spec.Http.Count > 0) await HttpService.ServeAsync(connection, (request, _, _) => ValueTask.FromResult(Answer(request)), ct);
        else while (await connection.ReadAsync(new byte[1024], ct) > 0) { }     // takes everything, says nothing
    }

    private VirtualResponse Answer(VirtualRequest request)
    {
        var path = request.Path.Split('?')[0];
        var route = spec.Http.TryGetValue(path, out var exact) ? exact : spec.Http.GetValueOrDefault("*");
        return route is null ? VirtualResponse.Text(404, "404 Not Found\n") : VirtualResponse.Text(route.Status, route.Body, route.ContentType);
    }

    /// <summary>Why a text that is printed cannot be; null: it can.</summary>
    public static string? FaultOf(string line)
    {
        foreach (Match place in Places().Matches(line))
        {
            try
            {
                if (place.Value.StartsWith("{time:", StringComparison.Ordinal)) _ = DateTime.UnixEpoch.ToString(place.Value[6..^1], CultureInfo.InvariantCulture);
            }
            catch (FormatException)
            {
                return $"{place.Value} is no form of a time";
            }
        }
        return null;
    }

    [GeneratedRegex(@"\{(time:[^}]+|pid|hostname|ip)\}")]
    private static partial Regex Places();

    // {time:FORMAT} and {pid} in log lines.
    private static string Fill(SimProcess self, string line) =>
        Places().Replace(line, m => m.Value switch
        {
            "{pid}" => self.Pid.ToString(CultureInfo.InvariantCulture),
            "{hostname}" => self.Kernel.Hostname,
            "{ip}" => self.Kernel.Network.Ip,
            var time => self.Clock.Now.UtcDateTime.ToString(time[6..^1], CultureInfo.InvariantCulture),
        });
}
