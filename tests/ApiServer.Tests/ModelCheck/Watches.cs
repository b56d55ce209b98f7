using System.Text.Json.Nodes;

namespace MiniK8s.ApiServer.Tests.ModelCheck;

/// <summary>What a watch begins with.</summary>
internal enum Beginning
{
    /// <summary>ADDED for all there is.</summary>
    State,

    /// <summary>The changes after a revision.</summary>
    Changes,

    /// <summary>The changes from now on.</summary>
    Now,
}

/// <summary>A watch as it is asked for.</summary>
/// <param name="Version">As in the query: "", "0" or a revision.</param>
/// <param name="SendInitialEvents">Null says nothing.</param>
internal sealed record Watch(Scope Scope, string Version, bool? SendInitialEvents, bool Bookmarks)
{
    public long Revision => Version.Length == 0 ? 0 : long.Parse(Version);

    public Beginning Begins => (SendInitialEvents ?? Revision == 0, Revision) switch
    {
        (true, _) => Beginning.State,
        (false, 0) => Beginning.Now,
        _ => Beginning.Changes,
    };

    // The clock is moved by hours, and no watch is to end by it.
    public string Target => $"{Scope.Path}?watch=1&timeoutSeconds=2000000{Scope.Query}{(Version.Length == 0 ? "" : $"&resourceVersion={Version}")}"
        + (SendInitialEvents is { } send ? $"&sendInitialEvents={(send ? "true" : "false")}&resourceVersionMatch=NotOlderThan" : "")
        + (Bookmarks ? "&allowWatchBookmarks=true" : "");

    /// <summary>The revision the cache must have reached before the watch can begin.</summary>
    public long Needs(Moment begun) => Version.Length == 0 ? begun.Head : Begins == Beginning.State ? Revision : 0;
}

/// <summary>An open watch, and how far what it told has been compared with what happened.</summary>
/// <param name="begun">The cache's revision as the watch began: nothing moves it meanwhile, so it is one.</param>
internal sealed class WatchCheck(Watch watch, Model model, Follower follower, long begun) : IAsyncDisposable
{
    private long _checked = watch.Begins == Beginning.Changes ? watch.Revision : begun;
    private bool _hasBegun;

    public Watch Watch => watch;

    /// <summary>Takes everything the watch must have told by now; throws at the first event that is not the right one.</summary>
    public async Task CheckAsync()
    {
        foreach (var (revision, type, obj) in Expected())
        {
            var next = await NextAsync(revision, $"{type} {revision} of {watch.Target}");
            if ((string?)next["type"] != type || !IsRight(type, obj, next["object"]!.AsObject())) throw new MismatchException($"{watch.Target} tells {next.ToJsonString()}, not {type} {obj.ToJsonString()}");
        }
        _checked = long.Max(_checked, model.Now.Cached);
        _hasBegun = true;
    }

    public ValueTask DisposeAsync() => follower.DisposeAsync();

    private IEnumerable<(long Revision, string Type, JsonObject Object)> Expected()
    {
        if (!_hasBegun && watch.Begins == Beginning.State)
        {
            foreach (var (_, obj) in model.Of(watch.Scope.Kind).At(begun).Where(item => watch.Scope.Includes(item.Value))) yield return (begun, "ADDED", obj);
            if (watch is { Bookmarks: true, SendInitialEvents: true }) yield return (begun, "BOOKMARK", End(begun));
        }
        foreach (var change in model.Of(watch.Scope.Kind).Between(_checked, model.Now.Cached))
        {
            switch (watch.Scope.Includes(change.Before), watch.Scope.Includes(change.After))
            {
                case (false, true): yield return (change.Revision, "ADDED", change.After!); break;
                case (true, true): yield return (change.Revision, "MODIFIED", change.After!); break;
                case (true, false): yield return (change.Revision, "DELETED", change.Before!.At(change.Revision)); break;
            }
        }
    }

    // Bookmarks may come in between; each says that nothing is missing up to its version.
    private async Task<JsonObject> NextAsync(long revision, string missing)
    {
        while (true)
        {
            var next = await follower.NextAsync(missing);
            if ((string?)next["type"] != "BOOKMARK" || next["object"]!["metadata"]!["annotations"] is not null) return next;
            if (!watch.Bookmarks || Objects.VersionOf(next["object"]!.AsObject()) >= revision) throw new MismatchException($"{watch.Target} marks {next.ToJsonString()} before {missing}");
        }
    }

    private static bool IsRight(string type, JsonObject expected, JsonObject obj) => type == "BOOKMARK"
        ? JsonNode.DeepEquals(expected["metadata"]!["annotations"], obj["metadata"]!["annotations"]) && Objects.VersionOf(expected) == Objects.VersionOf(obj)
        : Objects.AreEqual(expected, obj);

    private static JsonObject End(long revision) => new()
    {
        ["metadata"] = new JsonObject { ["resourceVersion"] = $"{revision}", ["annotations"] = new JsonObject { ["k8s.io/initial-events-end"] = "true" } },
    };
}

/// <summary>The apiserver did what the model does not allow.</summary>
internal sealed class MismatchException(string what) : Exception(what);
