using MiniK8s.ApiServer.Tests.Fakes;

namespace MiniK8s.ApiServer.Tests.Overload;

/// <summary>Tests that say how long something may take, or how much memory: nothing else runs beside them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneCollection : ICollectionFixture<SharedStores>
{
    public const string Name = "alone";
}
