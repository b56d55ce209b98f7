using Microsoft.Extensions.Logging;
using Serilog;
using Serilog.Extensions.Logging;

namespace MiniK8s.Hosting.Logs;

/// <summary>The log of a process: one line per event on standard output, where supervisors and containers look for it.</summary>
internal static class ConsoleLog
{
    // The framework's own chatter is shown only to those who ask for debug.
    private static readonly string[] Framework = ["Microsoft", "System", "Grpc"];

    public static void Add(ILoggingBuilder logging, LogLevel level)
    {
        var sink = new LoggerConfiguration().MinimumLevel.Verbose().WriteTo.Console(new LineFormatter()).CreateLogger();
        logging.ClearProviders();
        logging.SetMinimumLevel(level);
        // Not AddSerilog: that one lets everything through, whatever the level.
        logging.AddProvider(new SerilogLoggerProvider(sink, dispose: true));
        if (level <= LogLevel.Debug) return;
        foreach (var category in Framework) logging.AddFilter(category, LogLevel.Warning);
        // It only tells of requests that begin and end, below Warning; asked whether it is on, it would make an Activity for each.
        logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
    }
}
