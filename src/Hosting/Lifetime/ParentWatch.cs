using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace MiniK8s.Hosting.Lifetime;

/// <summary>Stops this process when its standard input ends, as it does when the parent that holds the other end is gone, however it went.</summary>
/// <remarks>Reads on a thread of its own: a read of a pipe blocks, on some systems even when it is asked not to. The thread dies with the process.</remarks>
internal sealed partial class ParentWatch(Stream input, IHostApplicationLifetime lifetime, ILogger<ParentWatch> logger) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        new Thread(ReadToTheEnd) { IsBackground = true, Name = "parent watch" }.Start();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private void ReadToTheEnd()
    {
        try
        {
            var buffer = new byte[256];
            while (input.Read(buffer) > 0)
            {
                // What is written to us has no meaning; only the end has.
            }
            LogParentGone(logger);
        }
        catch (IOException ex)
        {
            LogInputFailed(logger, ex);
        }
        lifetime.StopApplication();
    }

    [LoggerMessage(LogLevel.Information, "Standard input ended: the parent is gone, stopping")]
    private static partial void LogParentGone(ILogger logger);

    [LoggerMessage(LogLevel.Warning, "Standard input failed: the parent is taken to be gone, stopping")]
    private static partial void LogInputFailed(ILogger logger, Exception exception);
}
