namespace MiniK8s.ApiServer.Tests.ModelCheck;

/// <summary>What the calls are made of, by chance.</summary>
internal sealed class Draw(int seed)
{
    private static readonly string[] Namespaces = ["default", "other"];
    private static readonly string[] Names = ["a", "b", "c", "d", "e"];

    public Random Random { get; } = new(seed);

    public int Below(int end) => Random.Next(end);

    public T Of<T>(IReadOnlyList<T> choices) => choices[Random.Next(choices.Count)];

    public Kind Kind() => Of(ModelCheck.Kind.All);

    public string Namespace() => Of(Namespaces);

    public string Name() => Of(Names);

    /// <summary>One that has been: mostly of late, sometimes long ago.</summary>
    public long Revision(Model model) => long.Max(model.Start, model.Now.Head - Below(Below(4) == 0 ? 400 : 40));

    /// <summary>As <see cref="Revision"/>, and now and then one that is still to come, or never will.</summary>
    public long AnyRevision(Model model) => Below(12) switch
    {
        0 => model.Now.Head + 1 + Below(3),
        1 => model.Now.Head + 1_000_000,
        _ => Revision(model),
    };

    public Scope Scope(bool isOneNamespace = false)
    {
        var kind = Kind();
        return new Scope(kind, isOneNamespace || Below(5) < 3 ? Namespace() : "",
            Below(3) == 0 ? Of(Selector.Labels) : Selector.Everything, Below(3) == 0 ? Of(kind.Fields) : Selector.Everything);
    }

    public Read Get(Model model)
    {
        var scope = new Scope(Kind(), Namespace(), Selector.Everything, Selector.Everything);
        var revision = AnyRevision(model);
        return Below(3) switch
        {
            0 => new Read(scope, Name(), Freshness.Newest, 0, "", 0, null),
            1 => new Read(scope, Name(), Freshness.Any, 0, "resourceVersion=0", 0, null),
            _ => new Read(scope, Name(), Freshness.AtLeast, revision, $"resourceVersion={revision}", 0, null),
        };
    }

    public Read List(Model model)
    {
        var (scope, limit, revision) = (Scope(), Below(2) == 0 ? 1 + Below(4) : 0, AnyRevision(model));
        return Below(7) switch
        {
            0 or 1 => new Read(scope, "", Freshness.Newest, 0, "", limit, null),
            2 => new Read(scope, "", Freshness.Any, 0, $"resourceVersion=0{(Below(2) == 0 ? "&resourceVersionMatch=NotOlderThan" : "")}", limit, null),
            3 => new Read(scope, "", Freshness.AtLeast, revision, $"resourceVersion={revision}&resourceVersionMatch=NotOlderThan", limit, null),
            // Without a match a limit makes it exact.
            4 => new Read(scope, "", limit > 0 ? Freshness.Exact : Freshness.AtLeast, revision, $"resourceVersion={revision}", limit, null),
            _ => new Read(scope, "", Freshness.Exact, revision, $"resourceVersion={revision}&resourceVersionMatch=Exact", limit, null),
        };
    }

    public Watch Watch(Model model)
    {
        var version = Below(4) switch { 0 => "", 1 => "0", _ => $"{AnyRevision(model)}" };
        return new Watch(Scope(), version, Below(3) switch { 0 => null, 1 => true, _ => false }, Below(2) == 0);
    }
}
