namespace MiniK8s.Client.Reflection;

internal enum Pass
{
    List,
    Watch,
}

internal enum PassEnd
{
    Listed,
    Closed,
    Expired,
    Faulted,
}

// The table of transitions stands at Reflector.
internal readonly record struct ReflectorStep(Pass Pass, int Failures)
{
    public ReflectorStep After(PassEnd end, bool moved) => end switch
    {
        PassEnd.Listed => this with { Pass = Pass.Watch },
        PassEnd.Closed => new(Pass.Watch, moved ? 0 : Failures + 1),
        PassEnd.Expired => new(Pass.List, moved ? 0 : Failures + 1),
        PassEnd.Faulted => new(Pass, moved ? 0 : Failures + 1),
        _ => throw new ArgumentOutOfRangeException(nameof(end), end, null),
    };
}
