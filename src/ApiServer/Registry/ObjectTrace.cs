using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.ApiServer.Registry;

/// <summary>Which object a request met and what it made of its version; the verbs tell it, the audit record shows it.</summary>
internal sealed class ObjectTrace
{
    /// <summary>The object's name, "" for collections and before it is known.</summary>
    public string Name { get; private set; } = "";

    /// <summary>The object's uid, likewise.</summary>
    public string Uid { get; private set; } = "";

    /// <summary>The version that was read, or from which a write began; "" for a create.</summary>
    public string VersionBefore { get; private set; } = "";

    /// <summary>The version that a write left behind; "" where none was made.</summary>
    public string VersionAfter { get; private set; } = "";

    /// <summary>The state a read shows or a write starts from; of several attempts the last counts.</summary>
    public void Found(ObjectMeta metadata) => (Name, Uid, VersionBefore) = (metadata.Name, metadata.Uid, metadata.ResourceVersion);

    /// <summary>The state after a write, or the last one of what was deleted, with the version of the deletion.</summary>
    public void Left(ObjectMeta metadata) => (Name, Uid, VersionAfter) = (metadata.Name, metadata.Uid, metadata.ResourceVersion);

    /// <summary>A collection at a version, and the version after the last write to one of its objects.</summary>
    public void Collection(string before, string after = "") => (Name, Uid, VersionBefore, VersionAfter) = ("", "", before, after);
}
