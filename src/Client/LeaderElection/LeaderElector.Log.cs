using Microsoft.Extensions.Logging;

namespace MiniK8s.Client.LeaderElection;

public sealed partial class LeaderElector
{
    [LoggerMessage(Level = LogLevel.Debug, Message = "{Identity} stands for {Lease}")]
    private static partial void LogStands(ILogger logger, string identity, string lease);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Lease} is held by '{Holder}'")]
    private static partial void LogHeld(ILogger logger, string lease, string holder);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Identity} leads: it holds {Lease}")]
    private static partial void LogLeads(ILogger logger, string identity, string lease);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Lease} could not be taken, will retry: {Reason}")]
    private static partial void LogNotTaken(ILogger logger, string lease, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Lease} could not be renewed, will retry: {Reason}")]
    private static partial void LogNotRenewed(ILogger logger, string lease, string reason);

    [LoggerMessage(Level = LogLevel.Critical, Message = "leaderelection lost: {Identity} no longer holds {Lease}, and this process ends")]
    private static partial void LogLost(ILogger logger, string identity, string lease);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Lease} is given back")]
    private static partial void LogReleased(ILogger logger, string lease);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Lease} could not be given back, a successor waits for its end: {Reason}")]
    private static partial void LogNotReleased(ILogger logger, string lease, string reason);
}
