using Microsoft.Extensions.Logging;

namespace MiniK8s.Hosting.Lifetime;

/// <summary>What happens to an exception that nobody caught. After a Critical the process ends with exit code 1.</summary>
/// <remarks>
/// where                          | log      | then
/// -------------------------------+----------+----------------------------------------------------
/// a BackgroundService's loop     | Critical | an orderly stop
/// a start of a hosted service    | Critical | an orderly stop
/// any thread                     | Critical | the runtime ends the process; no order can be kept
/// a task that nobody awaited     | Error    | nothing: libraries drop tasks of calls that were given up
/// a gRPC handler                 | Error    | the call fails as Internal (Calls/UnhandledErrors)
/// </remarks>
internal sealed partial class UnhandledFailures : IDisposable
{
    private readonly ILogger<UnhandledFailures> _logger;

    public UnhandledFailures(ILogger<UnhandledFailures> logger)
    {
        _logger = logger;
        AppDomain.CurrentDomain.UnhandledException += OnThread;
        TaskScheduler.UnobservedTaskException += OnTask;
    }

    public bool HasFailed { get; private set; }

    public void Report(Exception exception)
    {
        HasFailed = true;
        LogUnhandled(_logger, exception);
    }

    public void Dispose()
    {
        AppDomain.CurrentDomain.UnhandledException -= OnThread;
        TaskScheduler.UnobservedTaskException -= OnTask;
    }

    private void OnThread(object sender, UnhandledExceptionEventArgs e) => Report((Exception)e.ExceptionObject);

    private void OnTask(object? sender, UnobservedTaskExceptionEventArgs e) => LogUnobserved(_logger, e.Exception);

    [LoggerMessage(LogLevel.Critical, "An exception was not handled; the process is stopping")]
    private static partial void LogUnhandled(ILogger logger, Exception exception);

    [LoggerMessage(LogLevel.Error, "A task failed that nobody awaited")]
    private static partial void LogUnobserved(ILogger logger, Exception exception);
}
