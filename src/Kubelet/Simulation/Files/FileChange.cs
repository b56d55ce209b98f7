using System.Text.Json.Serialization;

namespace MiniK8s.Kubelet.Simulation.Files;

/// <summary>One change of a tree, small enough for a line of the journal; applying them in order rebuilds the tree.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "c")]
[JsonDerivedType(typeof(Write), "write")]
[JsonDerivedType(typeof(Append), "append")]
[JsonDerivedType(typeof(MakeDirectory), "mkdir")]
[JsonDerivedType(typeof(Link), "link")]
[JsonDerivedType(typeof(Attributes), "attributes")]
[JsonDerivedType(typeof(Delete), "delete")]
internal abstract record FileChange(string Path)
{
    internal sealed record Write(string Path, int Mode, long Uid, long Gid, byte[] Content) : FileChange(Path);

    internal sealed record Append(string Path, byte[] Content) : FileChange(Path);

    internal sealed record MakeDirectory(string Path, int Mode, long Uid, long Gid) : FileChange(Path);

    internal sealed record Link(string Path, string Target) : FileChange(Path);

    internal sealed record Attributes(string Path, int Mode, long Uid, long Gid) : FileChange(Path);

    internal sealed record Delete(string Path) : FileChange(Path);
}
