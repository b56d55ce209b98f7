using MiniK8s.Scheduler.Framework;

namespace MiniK8s.Scheduler.Explain;

/// <summary>A plugin's refusal. Equal when plugin and words are, so that many nodes share one.</summary>
internal sealed class Verdict(string plugin, Status status) : IEquatable<Verdict>
{
    public string Plugin => plugin;

    public IReadOnlyList<string> Reasons => status.Reasons;

    public bool IsUnresolvable => status.Code == StatusCode.Unresolvable;

    /// <summary>What it takes in memory, about.</summary>
    public int Bytes => 100 + Reasons.Sum(reason => 32 + reason.Length * sizeof(char));

    /// <summary>Whether this is what the plugin has said of yet another node.</summary>
    public bool Is(string otherPlugin, Status other) => ReferenceEquals(status, other)
        ? plugin == otherPlugin
        : status.Code == other.Code && plugin == otherPlugin && HaveSameReasons(status.Reasons, other.Reasons);

    public bool Equals(Verdict? other) => other is not null && IsUnresolvable == other.IsUnresolvable && Plugin == other.Plugin && HaveSameReasons(Reasons, other.Reasons);

    public override bool Equals(object? obj) => Equals(obj as Verdict);

    public override int GetHashCode() => HashCode.Combine(plugin, status.Code, Reasons.Count, Reasons.Count > 0 ? Reasons[^1] : "");

    private static bool HaveSameReasons(IReadOnlyList<string> these, IReadOnlyList<string> those)
    {
        if (these.Count != those.Count) return false;
        for (var i = 0; i < these.Count; i++)
        {
            if (these[i] != those[i]) return false;
        }
        return true;
    }
}
