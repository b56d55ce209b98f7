namespace MiniK8s.ApiServer.Tests.Fuzz;

/// <summary>Damages bytes: now and then not at all, mostly in a few places.</summary>
internal sealed class Mutator(Random random)
{
    // What readers trip over: ends of structures, escapes, numbers at their limits, words with a meaning.
    private static readonly string[] Tokens =
    [
        "{", "}", "[", "]", ",", ":", "\"", "\\", "\\u0000", "\\ud800", "null", "true", "-0", "1e999", "9223372036854775808", "NaN", "\0", "\n", "\r\n", "\t",
        "&a", "*a", "<<: *a", "---\n", "!!binary ", "|\n", "? ", "- ", "%", "..", "/", "~0", "~1", "$patch", "$setElementOrder/containers", "$retainKeys", "delete",
        "k8s\0", "=", "!=", "in (", ")", "notin", ">", "é", "\u202e", "\ud83d\ude00",
    ];

    public byte[] Damage(byte[] bytes)
    {
        var result = new List<byte>(bytes);
        for (var faults = random.Next(5); faults > 0; faults--) DamageOnce(result);
        return [.. result];
    }

    public string Damage(string text) => System.Text.Encoding.UTF8.GetString(Damage(System.Text.Encoding.UTF8.GetBytes(text)));

    public T OneOf<T>(params T[] values) => values[random.Next(values.Length)];

    private void DamageOnce(List<byte> bytes)
    {
        var at = random.Next(bytes.Count + 1);
        var length = random.Next(1, 9);
        switch (random.Next(7))
        {
            case 0 when at < bytes.Count: bytes[at] ^= (byte)(1 << random.Next(8)); break;
            case 1 when at < bytes.Count: bytes[at] = (byte)random.Next(256); break;
            case 2: bytes.InsertRange(at, System.Text.Encoding.UTF8.GetBytes(OneOf(Tokens))); break;
            case 3: bytes.RemoveRange(at, Math.Min(length, bytes.Count - at)); break;
            case 4: bytes.RemoveRange(at, bytes.Count - at); break;
            case 5: bytes.InsertRange(at, bytes.GetRange(at, Math.Min(length * 8, bytes.Count - at))); break;
            default: bytes.InsertRange(at, Enumerable.Repeat((byte)OneOf('{', '[', ' ', '-', '\u0080', '\u002b'), random.Next(500))); break;
        }
    }
}
