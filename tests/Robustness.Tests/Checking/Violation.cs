namespace MiniK8s.Robustness.Tests.Checking;

/// <summary>A promise that a history shows to be broken.</summary>
/// <param name="Invariant">The number of the invariant in docs of the checker.</param>
/// <param name="Message">The calls or watches and the revisions that show it.</param>
internal sealed record Violation(int Invariant, string Message)
{
    /// <summary>As people read it.</summary>
    public override string ToString() => $"invariant {Invariant} ({Invariants.NameOf(Invariant)}): {Message}";
}

/// <summary>The invariants that are checked, as short names.</summary>
internal static class Invariants
{
    private static readonly string[] Names =
    [
        "", "revisions without hole or re-use", "transactions are whole", "versions of a key", "real-time order", "durability", "open calls applied at most once",
        "ranges equal replay", "transactions answer as replayed", "compaction", "hashes", "leases", "revisions go on after a restart",
        "watch filter", "watch order", "watch events are unique", "watch revisions are not split", "watch misses nothing", "watch starts where asked",
        "watch progress", "previous value and is-create", "watch cancellation", "watch of the future", "equal watches agree",
    ];

    /// <summary>How many there are; they are numbered from 1.</summary>
    public static int Count => Names.Length - 1;

    /// <summary>What an invariant is about.</summary>
    public static string NameOf(int invariant) => Names[invariant];
}
