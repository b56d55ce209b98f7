namespace MiniK8s.Scheduler.Framework;

/// <summary>What a plugin keeps from one extension point to the next.</summary>
internal interface ICycleData
{
    /// <summary>A copy that changes apart from this one; what is never changed may answer itself.</summary>
    ICycleData Clone();
}

/// <summary>What the plugins keep while one pod is scheduled. Of one cycle only, and one thread.</summary>
/// <param name="nominated">The pods for which room is being made; null where there can be none.</param>
internal sealed class CycleState(NominatedPods? nominated = null)
{
    private readonly Dictionary<Type, ICycleData> _kept = [];
    private readonly HashSet<IPlugin> _skipped = [];
    private readonly HashSet<IPlugin> _scoreSkipped = [];

    private CycleState(CycleState other, Dictionary<Type, ICycleData> kept)
        : this(other.Nominated)
    {
        (_kept, _skipped, Plugins, NominatedNode) = (kept, other._skipped, other.Plugins, other.NominatedNode);
        (Filters, PreFilters) = (other.Filters, other.PreFilters);
    }

    /// <summary>The pods for which room is being made; null where there can be none.</summary>
    public NominatedPods? Nominated { get; } = nominated;

    /// <summary>The node on which room is being made for the pod itself; "" for none.</summary>
    public string NominatedNode { get; set; } = "";

    /// <summary>The plugins of the pod's profile.</summary>
    public PluginSet Plugins { get; set; } = PluginSet.None;

    /// <summary>The filters that have something to say about the pod; known when the pre-filters have been asked.</summary>
    public IFilterPlugin[] Filters { get; set; } = [];

    /// <summary>The pre-filters whose filters have something to say about the pod; asked for when all are known.</summary>
    public IPreFilterPlugin[] PreFilters
    {
        get => field ??= [.. Plugins.PreFilters.Where(plugin => !IsSkipped(plugin))];
        private init;
    }

    /// <summary>Keeps one value per type.</summary>
    public void Keep<T>(T value)
        where T : class, ICycleData => _kept[typeof(T)] = value;

    /// <summary>What was kept under that type; it must have been.</summary>
    public T Kept<T>()
        where T : class, ICycleData => (T)_kept[typeof(T)];

    /// <summary>What was kept under that type, if anything.</summary>
    public T? Find<T>()
        where T : class, ICycleData => _kept.GetValueOrDefault(typeof(T)) as T;

    /// <summary>The plugin's filter has nothing to say about the pod.</summary>
    public void Skip(IPlugin plugin) => _skipped.Add(plugin);

    public bool IsSkipped(IPlugin plugin) => _skipped.Contains(plugin);

    /// <summary>The plugin's score has nothing to say about the pod.</summary>
    public void SkipScore(IPlugin plugin) => _scoreSkipped.Add(plugin);

    public bool IsScoreSkipped(IPlugin plugin) => _scoreSkipped.Contains(plugin);

    /// <summary>For trying what would be if other pods were there: changes apart from this one. Itself where nothing that is kept ever changes.</summary>
    public CycleState Clone()
    {
        Dictionary<Type, ICycleData>? copies = null;
        foreach (var (type, data) in _kept)
        {
            var copy = data.Clone();
            if (!ReferenceEquals(copy, data)) (copies ??= new(_kept))[type] = copy;
        }
        return copies is null ? this : new CycleState(this, copies);
    }
}
