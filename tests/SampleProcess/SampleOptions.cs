using System.ComponentModel.DataAnnotations;

namespace MiniK8s.SampleProcess;

internal sealed class SampleOptions
{
    [Range(0, 65535)]
    public int Port { get; set; }

    [Range(0, 65535)]
    public int HttpPort { get; set; }

    /// <summary>Whether a loop of this process throws as soon as it runs.</summary>
    public bool Fail { get; set; }
}
