namespace MiniK8s.ApiServer.Tests.Overload;

/// <summary>Tests that say how long something may take: nothing else runs beside them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneCollection
{
    public const string Name = "alone";
}
