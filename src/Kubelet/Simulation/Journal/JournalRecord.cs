using System.Text.Json.Serialization;
using MiniK8s.Kubelet.Runtime;
using MiniK8s.Kubelet.Simulation.Files;

namespace MiniK8s.Kubelet.Simulation.Journal;

/// <summary>One fact about a node's runtime that must outlive the kubelet.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "t")]
[JsonDerivedType(typeof(SandboxStarted), "sandbox")]
[JsonDerivedType(typeof(SandboxStopped), "sandbox-stopped")]
[JsonDerivedType(typeof(SandboxRemoved), "sandbox-removed")]
[JsonDerivedType(typeof(ContainerCreated), "container")]
[JsonDerivedType(typeof(ContainerStarted), "started")]
[JsonDerivedType(typeof(ContainerExited), "exited")]
[JsonDerivedType(typeof(ContainerRemoved), "container-removed")]
[JsonDerivedType(typeof(ImagePulled), "image")]
[JsonDerivedType(typeof(ImageRemoved), "image-removed")]
[JsonDerivedType(typeof(FileChanged), "file")]
internal abstract record JournalRecord(string Node)
{
    internal sealed record SandboxStarted(string Node, PodSandboxStatus Sandbox) : JournalRecord(Node);

    internal sealed record SandboxStopped(string Node, string Id) : JournalRecord(Node);

    internal sealed record SandboxRemoved(string Node, string Id) : JournalRecord(Node);

    internal sealed record ContainerCreated(string Node, string Id, string SandboxId, ContainerConfig Config, DateTimeOffset At) : JournalRecord(Node);

    internal sealed record ContainerStarted(string Node, string Id, DateTimeOffset At) : JournalRecord(Node);

    internal sealed record ContainerExited(string Node, string Id, DateTimeOffset At, int Code, int Signal, string Reason, string Message, string TerminationMessage) : JournalRecord(Node);

    internal sealed record ContainerRemoved(string Node, string Id) : JournalRecord(Node);

    internal sealed record ImagePulled(string Node, string Reference) : JournalRecord(Node);

    internal sealed record ImageRemoved(string Node, string Reference) : JournalRecord(Node);

    /// <summary><paramref name="Tree"/> is a container's id, or empty for the node's own tree.</summary>
    internal sealed record FileChanged(string Node, string Tree, DateTimeOffset At, FileChange Change) : JournalRecord(Node);
}

[JsonSerializable(typeof(JournalRecord))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
internal sealed partial class JournalJson : JsonSerializerContext;
