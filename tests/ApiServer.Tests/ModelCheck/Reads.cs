using System.Text.Json.Nodes;

namespace MiniK8s.ApiServer.Tests.ModelCheck;

/// <summary>Where a paged list goes on.</summary>
/// <param name="Text">As the server gave it.</param>
/// <param name="Revision">The state the list shows; -1 when it has lost that.</param>
/// <param name="Start">The key of the first object to come.</param>
internal sealed record Token(string Text, long Revision, string Start);

/// <summary>How fresh a read must be.</summary>
internal enum Freshness
{
    /// <summary>No resourceVersion: everything that was written before the read began.</summary>
    Newest,

    /// <summary>"0": whatever the cache holds.</summary>
    Any,

    /// <summary>Not older than a revision.</summary>
    AtLeast,

    /// <summary>One revision.</summary>
    Exact,
}

/// <summary>A get of one object, or a list.</summary>
/// <param name="Name">Of the object; "" lists.</param>
/// <param name="Revision">Of AtLeast and Exact.</param>
/// <param name="Query">How that is said, "resourceVersion=7&amp;resourceVersionMatch=Exact".</param>
/// <param name="Limit">0 is none.</param>
/// <param name="From">Null begins.</param>
internal sealed record Read(Scope Scope, string Name, Freshness Freshness, long Revision, string Query, int Limit, Token? From)
{
    public string Key => $"{Scope.Namespace}/{Name}";

    public string Target => Name.Length > 0 ? $"{Scope.Path}/{Name}?{Query}"
        : $"{Scope.Path}?{Query}{Scope.Query}{(Limit > 0 ? $"&limit={Limit}" : "")}{(From is null ? "" : $"&continue={From.Text}")}";

    /// <summary>The revision the cache must have reached before the read can be answered from it.</summary>
    public long Needs(Moment begun) => Freshness switch
    {
        Freshness.Newest => Name.Length > 0 ? 0 : begun.Head,
        Freshness.Any => 0,
        _ => Revision,
    };
}

/// <summary>What came back.</summary>
internal sealed record Answer(int Code, JsonObject Body)
{
    public long Version => long.Parse((string)Body["metadata"]!["resourceVersion"]!);

    public string Reason => (string?)Body["reason"] ?? "";

    public override string ToString() => $"{Code} {Body.ToJsonString()}";
}
