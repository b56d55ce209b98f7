namespace MiniK8s.Client.Events;

/// <summary>The types of event that Kubernetes knows.</summary>
public static class EventTypes
{
    /// <summary>As it should be.</summary>
    public const string Normal = "Normal";

    /// <summary>Something for a person to look at.</summary>
    public const string Warning = "Warning";
}
