namespace MiniK8s.Api.Objects;

/// <summary>A resource without its version, as error messages name it: <c>pods</c>, <c>deployments.apps</c>.</summary>
public readonly record struct GroupResource(string Group, string Resource)
{
    /// <summary>A resource of the core group, such as "pods" or "pods/binding".</summary>
    public static implicit operator GroupResource(string coreResource) => new("", coreResource);

    /// <summary>The resource, then a dot and the group where it has one.</summary>
    public override string ToString() => Group.Length == 0 ? Resource : $"{Resource}.{Group}";
}
