namespace MiniK8s.Kubelet.Tests.Simulation;

/// <summary>Tests that measure what the process takes of the machine: no other of this project runs beside them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneCollection
{
    public const string Name = "alone";
}
