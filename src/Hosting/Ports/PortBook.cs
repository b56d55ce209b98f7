using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace MiniK8s.Hosting.Ports;

/// <summary>The ports of this process by name. Their numbers are the real ones from the moment the process has started.</summary>
public sealed class PortBook
{
    private readonly SortedDictionary<string, ListenOptions> _ports = new(StringComparer.Ordinal);

    /// <summary>The real number of each port; before the start, the number asked for, which may be 0.</summary>
    public IReadOnlyDictionary<string, int> Numbers => _ports.ToDictionary(port => port.Key, port => port.Value.IPEndPoint!.Port);

    internal void Add(string name, ListenOptions listen) => _ports.Add(name, listen);
}

/// <summary>Tells the ports, in the log and in --ports-file, once all of them listen.</summary>
internal sealed partial class PortAnnouncer(PortBook book, ProcessOptions options, ILogger<PortAnnouncer> logger) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        foreach (var (name, number) in book.Numbers) LogListening(logger, name, options.BindAddress.ToString(), number);
        if (options.PortsFile is not { } path) return;
        // Renamed into place, so that whoever waits for the file never reads half of it.
        var numbers = JsonSerializer.Serialize(book.Numbers, PortNumbersJson.Default.IReadOnlyDictionaryStringInt32);
        await File.WriteAllTextAsync(path + ".new", numbers, cancellationToken);
        File.Move(path + ".new", path, overwrite: true);
    }

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(LogLevel.Information, "Listening: {Port} on {Address}:{Number}")]
    private static partial void LogListening(ILogger logger, string port, string address, int number);
}

/// <summary>The ports' numbers as JSON, without reflection.</summary>
[JsonSerializable(typeof(IReadOnlyDictionary<string, int>))]
internal sealed partial class PortNumbersJson : JsonSerializerContext;
