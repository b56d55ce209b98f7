using System.ComponentModel;
using System.Net;
using Microsoft.Extensions.Logging;
using MiniK8s.Hosting.Flags;

namespace MiniK8s.Hosting;

/// <summary>The settings every MiniK8s process has.</summary>
public sealed class ProcessOptions
{
    /// <summary>The least level that is logged; the framework's own events are shown from debug on. Default: information.</summary>
    [Description("least level logged: trace, debug, information, warning, error, critical")]
    public LogLevel LogLevel { get; set; } = LogLevel.Information;

    /// <summary>The address all ports listen on. Default: loopback, so nothing is reachable from other machines.</summary>
    [Description("address to listen on; 0.0.0.0 for all")]
    public IPAddress BindAddress { get; set; } = IPAddress.Loopback;

    /// <summary>Where the real ports are written once all listen, as JSON from name to number. Default: nowhere.</summary>
    [Description("file to write the real ports to, as JSON")]
    public string? PortsFile { get; set; }

    /// <summary>Stop when standard input ends. A supervisor keeps the other end open; whatever ends the supervisor ends us. Default: no.</summary>
    [Description("stop when standard input ends: die with the parent")]
    public bool ExitOnStdinClose { get; set; }

    /// <summary>How long stopping may take before what still runs is cut off; 0 to 10 minutes. Default: 10 s.</summary>
    [Description("how long stopping may take")]
    [DurationRange("00:00:00", "00:10:00")]
    public TimeSpan ShutdownTimeout { get; set; } = TimeSpan.FromSeconds(10);
}
