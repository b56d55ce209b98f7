using System.Buffers.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace MiniK8s.ApiServer.Tests.ModelCheck;

/// <summary>What an apiserver could do wrong, made by changing requests and answers on their way.</summary>
public enum WireFault
{
    None,
    ReadsOfTheNewestAreOfTheCache,
    ReadsNotOlderThanAreOfTheCache,
    ReadsOfAPastStateAreOfALaterOne,
    PagesMixRevisions,
    FieldSelectorsAreForgotten,
    WatchesMissTheFirstChange,
    UpdatesIgnoreTheVersion,
}

/// <summary>How each fault is made.</summary>
internal static partial class WireFaults
{
    /// <summary>The target that is asked instead.</summary>
    public static string Target(WireFault fault, HttpMethod method, string target)
    {
        if (method != HttpMethod.Get) return target;
        var isWatch = target.Contains("watch=1", StringComparison.Ordinal);
        return fault switch
        {
            WireFault.ReadsOfTheNewestAreOfTheCache when !isWatch && !target.Contains("resourceVersion=", StringComparison.Ordinal) && !target.Contains("continue=", StringComparison.Ordinal) =>
                $"{target}&resourceVersion=0",
            WireFault.ReadsNotOlderThanAreOfTheCache when !isWatch && target.Contains("NotOlderThan", StringComparison.Ordinal) => Version().Replace(target, "resourceVersion=0"),
            WireFault.ReadsOfAPastStateAreOfALaterOne => target.Replace("resourceVersionMatch=Exact", "resourceVersionMatch=NotOlderThan", StringComparison.Ordinal),
            WireFault.PagesMixRevisions => Continue().Replace(target, match => $"continue={Rewritten(match.Groups[1].Value)}"),
            WireFault.FieldSelectorsAreForgotten => FieldSelector().Replace(target, ""),
            WireFault.WatchesMissTheFirstChange when isWatch && !target.Contains("sendInitialEvents=true", StringComparison.Ordinal) => Version().Replace(target, match => $"resourceVersion={long.Parse(match.Groups[1].Value) + 1}"),
            _ => target,
        };
    }

    /// <summary>The body that is sent instead.</summary>
    public static JsonObject? Body(WireFault fault, HttpMethod method, JsonObject? body) => fault == WireFault.UpdatesIgnoreTheVersion && method == HttpMethod.Put
        ? body?.With(obj => obj["metadata"]!.AsObject().Remove("resourceVersion")) : body;

    /// <summary>The answer that is given instead: a page that mixes revisions says nothing of it.</summary>
    public static JsonObject Answer(WireFault fault, string target, JsonObject answer) =>
        fault == WireFault.PagesMixRevisions && Continue().Match(target) is { Success: true } match && answer["metadata"]?["resourceVersion"] is not null
            ? answer.With(list => list["metadata"]!["resourceVersion"] = $"{Decoded(match.Groups[1].Value)["rv"]}") : answer;

    private static JsonNode Decoded(string token) => JsonNode.Parse(Base64Url.DecodeFromChars(token))!;

    private static string Rewritten(string token)
    {
        var decoded = Decoded(token);
        decoded["rv"] = (long)decoded["rv"]! - 1;
        return Base64Url.EncodeToString(System.Text.Encoding.UTF8.GetBytes(decoded.ToJsonString()));
    }

    [GeneratedRegex("resourceVersion=(\\d+)")]
    private static partial Regex Version();

    [GeneratedRegex("continue=([^&]+)")]
    private static partial Regex Continue();

    [GeneratedRegex("&fieldSelector=[^&]+")]
    private static partial Regex FieldSelector();
}
