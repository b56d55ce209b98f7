namespace MiniK8s.Hosting.Tests;

/// <summary>Tests that measure what this process itself does: no other of this project runs beside them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneCollection
{
    public const string Name = "alone";
}
