namespace MiniK8s.ApiServer.Registry;

/// <summary>Draws names for generateName: the base, cut to 58 characters, and five random ones.</summary>
internal static class NameGenerator
{
    /// <summary>How often a name is drawn before the client is told to try again.</summary>
    public const int MaxAttempts = 8;

    private const int MaxBaseLength = 58;
    private const int SuffixLength = 5;

    // No vowels and nothing that looks alike, so that no words come out.
    private const string Alphabet = "bcdfghjklmnpqrstvwxz2456789";

    /// <summary>A name that is probably free.</summary>
    public static string Draw(string generateName, IIdentitySource chance)
    {
        var start = generateName.Length > MaxBaseLength ? generateName[..MaxBaseLength] : generateName;
        return start + string.Create(SuffixLength, chance, static (suffix, chance) =>
        {
            for (var i = 0; i < suffix.Length; i++) suffix[i] = Alphabet[chance.Next(Alphabet.Length)];
        });
    }
}
