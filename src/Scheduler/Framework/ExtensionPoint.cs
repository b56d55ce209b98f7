namespace MiniK8s.Scheduler.Framework;

/// <summary>A point at which plugins are asked. A plugin may stand at any point whose interface it has.</summary>
/// <param name="Field">Its name in a profile's <c>plugins</c>.</param>
/// <param name="Type">The interface of its plugins.</param>
internal sealed record ExtensionPoint(string Field, Type Type)
{
    public static readonly ExtensionPoint PreEnqueue = new("preEnqueue", typeof(IPreEnqueuePlugin));
    public static readonly ExtensionPoint QueueSort = new("queueSort", typeof(IQueueSortPlugin));
    public static readonly ExtensionPoint PreFilter = new("preFilter", typeof(IPreFilterPlugin));
    public static readonly ExtensionPoint Filter = new("filter", typeof(IFilterPlugin));
    public static readonly ExtensionPoint PostFilter = new("postFilter", typeof(IPostFilterPlugin));
    public static readonly ExtensionPoint PreScore = new("preScore", typeof(IPreScorePlugin));
    public static readonly ExtensionPoint Score = new("score", typeof(IScorePlugin));
    public static readonly ExtensionPoint Reserve = new("reserve", typeof(IReservePlugin));
    public static readonly ExtensionPoint Permit = new("permit", typeof(IPermitPlugin));
    public static readonly ExtensionPoint PreBind = new("preBind", typeof(IPreBindPlugin));
    public static readonly ExtensionPoint Bind = new("bind", typeof(IBindPlugin));
    public static readonly ExtensionPoint PostBind = new("postBind", typeof(IPostBindPlugin));

    /// <summary>All of them, in the order in which a pod comes past them.</summary>
    public static readonly IReadOnlyList<ExtensionPoint> All =
        [PreEnqueue, QueueSort, PreFilter, Filter, PostFilter, PreScore, Score, Reserve, Permit, PreBind, Bind, PostBind];

    /// <summary>What metrics call it: <c>PreFilter</c>.</summary>
    public string Label { get; } = char.ToUpperInvariant(Field[0]) + Field[1..];

    /// <summary>What messages call its plugins, as in <c>FilterPlugin "X" does not exist</c>.</summary>
    public string PluginType => Type.Name[1..];
}
