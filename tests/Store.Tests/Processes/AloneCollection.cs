namespace MiniK8s.Store.Tests.Processes;

/// <summary>Tests that say how long something may take: no other of this project runs beside them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneCollection
{
    public const string Name = "alone";
}
