namespace MiniK8s.Cluster.Tests.Golden;

/// <summary>The words of the kubectl commands in a line for the shell.</summary>
internal static class CommandWords
{
    private static readonly string[] Ends = ["|", "||", "&&", ";", "&"];

    /// <summary>The words of each kubectl command of a step, without <c>kubectl</c>.</summary>
    public static IEnumerable<IReadOnlyList<string>> Of(string command)
    {
        string[] words = [.. command.Split('\n')[0].Split(' ', StringSplitOptions.RemoveEmptyEntries)];
        for (var i = 0; i < words.Length; i++)
        {
            if (words[i] == "kubectl") yield return [.. words.Skip(i + 1).TakeWhile(word => !Ends.Contains(word))];
        }
    }

    /// <summary>Whether the words are a use of a command such as <c>get -o=yaml</c>: they begin with its first word and hold the others in order.</summary>
    /// <remarks>A word stands for all that begin with it, up to a flag's or an argument's value: <c>--tail</c> for <c>--tail=1</c>, <c>svc/</c> for <c>svc/web</c>.</remarks>
    public static bool Cover(IReadOnlyList<string> words, string command)
    {
        string[] wanted = command.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Count == 0 || words[0] != wanted[0]) return false;
        var found = 0;
        foreach (var word in words)
        {
            if (found < wanted.Length && IsUse(word, wanted[found])) found++;
        }
        return found == wanted.Length;
    }

    private static bool IsUse(string word, string wanted) =>
        word == wanted || word.StartsWith($"{wanted}=", StringComparison.Ordinal) || (wanted[^1] is '/' or '=' && word.StartsWith(wanted, StringComparison.Ordinal));
}
