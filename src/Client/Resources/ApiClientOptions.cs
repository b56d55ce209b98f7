namespace MiniK8s.Client.Resources;

/// <summary>How a process talks to its apiserver.</summary>
public sealed class ApiClientOptions
{
    /// <summary>How long any call but a watch may take, on the process's own clock. Default 30 s.</summary>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(30);
}
