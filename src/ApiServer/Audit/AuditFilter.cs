using MiniK8s.Api.Errors;
using MiniK8s.Api.Objects;
using MiniK8s.Protocol.V1;

namespace MiniK8s.ApiServer.Audit;

/// <summary>Which records a watch shows: those that fit every field given by one of its values.</summary>
internal sealed class AuditFilter
{
    private readonly HashSet<string> _verbs;
    private readonly HashSet<string> _namespaces;
    private readonly HashSet<string> _users;
    private readonly HashSet<(string Group, string Resource)>? _resources;

    /// <summary>Reads a request; refuses a kind that nobody knows (400).</summary>
    public AuditFilter(WatchAuditRequest request)
    {
        (_verbs, _namespaces, _users) = ([.. request.Verbs], [.. request.Namespaces], [.. request.Users]);
        if (request.Kinds.Count > 0) _resources = [.. request.Kinds.SelectMany(Resources)];
    }

    /// <summary>Whether the watch shows it.</summary>
    public bool Includes(AuditRecord record) =>
        Fits(_verbs, record.Verb) && Fits(_users, record.User) && Fits(_namespaces, record.Object?.Namespace ?? "")
        && (_resources is null || (record.Object is { } about && _resources.Contains((about.Group, about.Resource))));

    private static bool Fits(HashSet<string> wanted, string value) => wanted.Count == 0 || wanted.Contains(value);

    private static IEnumerable<(string Group, string Resource)> Resources(string word)
    {
        var kinds = ApiKinds.All.Where(kind => kind.Kind == word || kind.Plural == word).Select(kind => (kind.Group, kind.Plural)).ToArray();
        return kinds.Length > 0 ? kinds : throw StatusErrors.BadRequest($"no kind is named {GoText.Quote(word)}");
    }
}
