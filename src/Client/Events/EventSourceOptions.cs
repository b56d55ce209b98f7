namespace MiniK8s.Client.Events;

/// <summary>Who records, and how much of it is kept.</summary>
public sealed class EventSourceOptions
{
    /// <summary>The component, for example <c>default-scheduler</c> or <c>kubelet</c>.</summary>
    public required string Component { get; set; }

    /// <summary>The node it speaks for; "" for none.</summary>
    public string Host { get; set; } = "";

    /// <summary>How many events may wait to be written; further ones are lost. Default 1000.</summary>
    public int QueueLimit { get; set; } = 1000;

    /// <summary>How many objects and repeated events are remembered; the oldest are forgotten, and start again at a count of 1. Default 4096.</summary>
    public int MemoryLimit { get; set; } = 4096;

    /// <summary>How many events one object may cause at once. Default 25.</summary>
    public int Burst { get; set; } = 25;

    /// <summary>How long it takes until such an object may cause one more. Default 5 min.</summary>
    public TimeSpan RefillPeriod { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>From how many different messages on events that are otherwise alike are folded into one. Default 10.</summary>
    public int SimilarLimit { get; set; } = 10;

    /// <summary>After how long a quiet similar events are counted anew. Default 10 min.</summary>
    public TimeSpan SimilarWindow { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How often a write is tried while the server cannot be reached. Default 12.</summary>
    public int MaxTries { get; set; } = 12;
}
