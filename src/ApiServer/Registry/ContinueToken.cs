using System.Buffers.Text;
using System.Text;
using System.Text.Json;

using MiniK8s.Api.Errors;

namespace MiniK8s.ApiServer.Registry;

/// <summary>Where the next page of a list begins; base64url of JSON, as Kubernetes writes it, and no concern of clients.</summary>
/// <param name="Revision">The state all pages show; -1 for the newest, after the list has lost its consistency.</param>
/// <param name="Start">The first key to show, without the kind's prefix.</param>
internal sealed record ContinueToken(long Revision, string Start)
{
    private const string Version = "meta.k8s.io/v1";
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    /// <summary>The token as text.</summary>
    public string Format() =>
        Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object>
        {
            ["v"] = Version, ["rv"] = Revision, ["start"] = Start,
        }));

    /// <summary>Reads a token; refuses what is none (400).</summary>
    public static ContinueToken Parse(string text)
    {
        try
        {
            using var json = JsonDocument.Parse(Decode(text));
            var root = json.RootElement;
            if (root.GetProperty("v").GetString() != Version) throw Invalid("server does not recognize this encoded version");
            var token = new ContinueToken(root.GetProperty("rv").GetInt64(), root.GetProperty("start").GetString() ?? "");
            if (token.Revision is 0 or < -1) throw Invalid("incorrect encoded start resourceVersion (version meta.k8s.io/v1)");
            if (token.Start.Length == 0) throw Invalid("encoded start key empty (version meta.k8s.io/v1)");
            if (HasDots(token.Start)) throw Invalid($"{token.Start}: encoded start key not sanitized");
            return token;
        }
        catch (Exception ex) when (ex is FormatException or JsonException or KeyNotFoundException or InvalidOperationException or DecoderFallbackException)
        {
            throw Invalid(ex.Message);
        }
    }

    // As Go does: what is wrong is told by its place, and the bits of the last character that belong to no byte are nobody's business.
    private static byte[] Decode(string text)
    {
        var wrong = text.AsSpan().IndexOfAnyExcept(Alphabet);
        // A last character that stands for fewer than eight bits is missed where it should have gone on.
        if (wrong < 0 && text.Length % 4 == 1) wrong = text.Length;
        if (wrong >= 0) throw Invalid($"illegal base64 data at input byte {wrong}");
        var spareBits = text.Length % 4 * 6 % 8;
        return Base64Url.DecodeFromChars(spareBits == 0 ? text : text[..^1] + Alphabet[Alphabet.IndexOf(text[^1]) >> spareBits << spareBits]);
    }

    private static bool HasDots(string key) => key.Split('/').Any(segment => segment is "." or "..");

    private static ApiException Invalid(string why) => StatusErrors.BadRequest($"continue key is not valid: {why}");
}
