namespace MiniK8s.ApiServer.Authorization;

/// <summary>Something that may be done to resources. <c>*</c> stands for everything.</summary>
/// <param name="Resources">Plurals; a subresource is a resource of its own: <c>pods/log</c>.</param>
internal sealed record ResourceRule(string[] Verbs, string[] ApiGroups, string[] Resources)
{
    private const string All = "*";

    /// <summary>Whether the request for a resource is among it.</summary>
    public bool Allows(RequestAttributes wanted)
    {
        var resource = wanted.Subresource.Length == 0 ? wanted.Resource : $"{wanted.Resource}/{wanted.Subresource}";
        return Has(Verbs, wanted.Verb) && Has(ApiGroups, wanted.ApiGroup) && Has(Resources, resource);
    }

    internal static bool Has(string[] allowed, string wanted) => allowed.Contains(All) || allowed.Contains(wanted);
}

/// <summary>Something that may be done to paths that are no resource.</summary>
/// <param name="Verbs">HTTP methods in lower case, or <c>*</c>.</param>
/// <param name="Paths">A path, or with <c>*</c> at its end all that begin so.</param>
internal sealed record PathRule(string[] Verbs, string[] Paths)
{
    /// <summary>Whether the request for a path is among it.</summary>
    public bool Allows(RequestAttributes wanted) => ResourceRule.Has(Verbs, wanted.Verb) && Paths.Any(path => IsAt(wanted.Path, path));

    private static bool IsAt(string path, string pattern) =>
        pattern.EndsWith('*') ? path.StartsWith(pattern.AsSpan()[..^1], StringComparison.Ordinal) : path == pattern;
}

/// <summary>All that a user may do, as far as it can be listed.</summary>
/// <param name="Gap">Why there is more than this; "" where this is all.</param>
internal sealed record AccessRules(IReadOnlyList<ResourceRule> Resources, IReadOnlyList<PathRule> Paths, string Gap = "");
