using MiniK8s.Protocol;

namespace MiniK8s.Client.Informers;

/// <summary>What tells one object of a kind from the others at one time; a recreated object has the same key.</summary>
/// <param name="Namespace">"" for kinds without namespaces.</param>
/// <param name="Name">The object's name.</param>
public readonly record struct ObjectKey(string Namespace, string Name)
{
    /// <summary>The key of <paramref name="obj"/>.</summary>
    public static ObjectKey Of(IApiObject obj) => new(obj.Metadata.Namespace, obj.Metadata.Name);

    /// <summary><c>namespace/name</c>, or the bare name.</summary>
    public override string ToString() => Namespace.Length == 0 ? Name : $"{Namespace}/{Name}";
}
