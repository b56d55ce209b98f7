using System.Text.Json.Nodes;

namespace MiniK8s.ApiServer.Tests.ModelCheck;

/// <summary>Which answers to a read are right.</summary>
/// <remarks>
/// A read is judged by the moments at which it began and ended; a read that others overtook has more than one right answer.
/// <code>
/// freshness | shows the state as of any                    | may be refused
/// ----------+----------------------------------------------+------------------------------------------------------------------
/// Newest    | store's revision from begin to end           | no
/// Any       | cache's revision from begin to end           | no
/// AtLeast N | the same, but not before N                   | 504, when the cache did not get to N in the time it was given
/// Exact N   | N                                            | 504 likewise; 410, when neither cache nor store know N any more
/// </code>
/// A get shows the object of such a state, or 404.
/// </remarks>
internal sealed class ReadRules(Model model)
{
    /// <summary>What is wrong with an answer; null when it is right.</summary>
    /// <param name="isOutOfTime">The read was let wait until it had to give up.</param>
    public string? Fault(Read read, Moment begin, Moment end, bool isOutOfTime, Answer answer) => answer.Code switch
    {
        504 => TimeoutFault(read, begin, end, isOutOfTime, answer),
        410 => ExpiredFault(read, end, answer),
        200 or 404 when read.Name.Length > 0 => ObjectFault(read, begin, end, answer),
        200 => ListFault(read, begin, end, isOutOfTime, answer),
        _ => "an answer that no read may have",
    };

    private static string? TimeoutFault(Read read, Moment begin, Moment end, bool isOutOfTime, Answer answer)
    {
        if (!isOutOfTime || read.Freshness is not (Freshness.AtLeast or Freshness.Exact) || read.Revision <= begin.Cached) return "nothing to wait for in vain";
        var (details, message) = (answer.Body["details"], (string?)answer.Body["message"]);
        var currents = Enumerable.Range(0, (int)(end.Cached - begin.Cached) + 1).Select(i => $"Timeout: Too large resource version: {read.Revision}, current: {begin.Cached + i}");
        return (answer.Reason, (string?)details?["causes"]?[0]?["reason"], (int?)details?["retryAfterSeconds"]) == ("Timeout", "ResourceVersionTooLarge", 1)
            && currents.Contains(message) ? null : "not how a resourceVersion that is too large is refused";
    }

    private string? ExpiredFault(Read read, Moment end, Answer answer)
    {
        if (read.Freshness != Freshness.Exact) return "nothing that could be too old";
        if (read.Revision >= end.Compacted) return $"the store knows {read.Revision}";
        if (answer.Reason != "Expired") return "not how an expired resourceVersion is refused";
        return read.From is null == string.IsNullOrEmpty((string?)answer.Body["metadata"]?["continue"]) ? null : "a page is offered another token, and nothing else is";
    }

    private string? ObjectFault(Read read, Moment begin, Moment end, Answer answer)
    {
        var (first, last) = Window(read, begin, end, isOutOfTime: false);
        for (var revision = first; revision <= last; revision++)
        {
            var expected = model.Of(read.Scope.Kind).At(revision).GetValueOrDefault(read.Key);
            if (expected is null ? answer.Code == 404 : answer.Code == 200 && Objects.AreEqual(expected, answer.Body)) return null;
        }
        return $"no such object as of {first} to {last}";
    }

    private string? ListFault(Read read, Moment begin, Moment end, bool isOutOfTime, Answer answer)
    {
        var (first, last) = Window(read, begin, end, isOutOfTime);
        if (answer.Version < first || answer.Version > last) return $"not a state from {first} to {last}";
        if (read.Freshness == Freshness.Exact && read.Revision < begin.Compacted && !model.Remembers(read.Scope.Kind, begin.Cached, read.Revision))
        {
            return $"nobody can know {read.Revision} any more";
        }
        var rest = Rest(read, answer.Version);
        var page = read.Limit > 0 && read.Freshness != Freshness.Any ? rest.Take(read.Limit).ToArray() : rest;
        if (!page.Select(item => item.Value).SequenceEqual(Items(answer), Objects.Equality)) return $"not the objects as of {answer.Version}, from {read.From?.Start ?? "the first"} on: {string.Join(' ', page.Select(item => item.Key))}";
        var left = rest.Length - page.Length;
        if (left > 0 != TokenOf(answer).Length > 0) return $"{left} objects are left";
        return (int?)answer.Body["metadata"]!["remainingItemCount"] == (left > 0 && !read.Scope.HasSelectors ? left : null) ? null : $"not the number of objects left, {left}";
    }

    /// <summary>Where the list goes on after an answer that was right; null when it was the end.</summary>
    public Token? Next(Read read, Answer answer)
    {
        if (answer.Code == 410 && read.From is not null) return new Token(TokenOf(answer), -1, read.From.Start);
        if (answer.Code != 200 || read.Name.Length > 0 || TokenOf(answer).Length == 0) return null;
        return new Token(TokenOf(answer), answer.Version, Rest(read, answer.Version)[read.Limit].Key);
    }

    private static (long First, long Last) Window(Read read, Moment begin, Moment end, bool isOutOfTime) => read.Freshness switch
    {
        // Only a list that waited in vain is read from the store; a get always is.
        Freshness.Newest => (begin.Head, isOutOfTime || read.Name.Length > 0 ? end.Head : long.Min(end.Head, end.Cached)),
        Freshness.Any => (begin.Cached, end.Cached),
        Freshness.AtLeast => (long.Max(begin.Cached, read.Revision), end.Cached),
        _ => (read.Revision, read.Revision),
    };

    private KeyValuePair<string, JsonObject>[] Rest(Read read, long revision) =>
    [
        .. model.Of(read.Scope.Kind).At(revision)
            .Where(item => read.Scope.Includes(item.Value) && (read.From is null || string.CompareOrdinal(item.Key, read.From.Start) >= 0)),
    ];

    private static IEnumerable<JsonObject> Items(Answer answer) => answer.Body["items"]!.AsArray().Select(item => item!.AsObject());

    private static string TokenOf(Answer answer) => (string?)answer.Body["metadata"]?["continue"] ?? "";
}
