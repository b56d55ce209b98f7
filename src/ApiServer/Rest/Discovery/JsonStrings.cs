using System.Text.Json.Nodes;

namespace MiniK8s.ApiServer.Rest.Discovery;

/// <summary>Lists of words in documents.</summary>
internal static class JsonStrings
{
    public static JsonArray Array(IEnumerable<string> words) => [.. words.Select(word => (JsonNode)word)];
}
