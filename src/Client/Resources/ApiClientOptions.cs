namespace MiniK8s.Client.Resources;

/// <summary>How a process talks to its apiserver.</summary>
public sealed class ApiClientOptions
{
    /// <summary>How long any call but a watch may take, on the process's own clock. Default 30 s.</summary>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How many calls but watches are under way at once; others wait their turn, within their time. Default 100: an apiserver turns away what
    /// is more than 200 changes at a time, from all its clients, and each call that is turned away is work for both.
    /// </summary>
    public int RequestsInFlight { get; set; } = 100;
}
