using System.Text;

namespace MiniK8s.Kubelet.ContainerConfigs;

/// <summary><c>$(NAME)</c> in commands, arguments and values [third_party/forked/golang/expansion].</summary>
/// <remarks>
/// text                        | becomes
/// ----------------------------+-------------------------------------------
/// $(A), A is known            | A's value, which is not looked at again
/// $(A), A is not known        | as it stands
/// $$                          | $ (so $$(A) gives the text $(A))
/// $ before anything else      | as it stands, also $(A without its end
/// </remarks>
internal static class Expansion
{
    /// <param name="text">What a manifest says.</param>
    /// <param name="find">A variable's value; null when it is not known.</param>
    public static string Expand(string text, Func<string, string?> find)
    {
        if (!text.Contains('$', StringComparison.Ordinal)) return text;
        var expanded = new StringBuilder(text.Length);
        for (var at = 0; at < text.Length; at++)
        {
            var rest = text.AsSpan(at);
            if (rest is ['$', '$', ..])
            {
                expanded.Append('$');
                at++;
            }
            else if (rest is ['$', '(', ..] && rest.IndexOf(')') is var end and > 0)
            {
                expanded.Append(find(rest[2..end].ToString()) ?? rest[..(end + 1)].ToString());
                at += end;
            }
            else
            {
                expanded.Append(text[at]);
            }
        }
        return expanded.ToString();
    }
}
