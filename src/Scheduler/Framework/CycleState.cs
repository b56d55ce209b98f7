namespace MiniK8s.Scheduler.Framework;

/// <summary>What the plugins keep from one extension point to the next while one pod is scheduled. Of one cycle only, and one thread.</summary>
internal sealed class CycleState
{
    private readonly Dictionary<Type, object> _kept = [];
    private readonly HashSet<IPlugin> _skipped = [];

    /// <summary>Keeps one value per type.</summary>
    public void Keep<T>(T value)
        where T : class => _kept[typeof(T)] = value;

    /// <summary>What was kept under that type; it must have been.</summary>
    public T Kept<T>()
        where T : class => (T)_kept[typeof(T)];

    public void Skip(IPlugin plugin) => _skipped.Add(plugin);

    public bool IsSkipped(IPlugin plugin) => _skipped.Contains(plugin);
}
