namespace MiniK8s.ApiServer.Storage;

/// <summary>Names only one object may hold (a cluster IP, a node port), taken and given back in the same step as the object's own write.</summary>
/// <remarks>So a crash can neither leak a name nor give it to two objects, however many apiservers there are.</remarks>
/// <param name="Taken">Store keys that must be free.</param>
/// <param name="GivenBack">Store keys to free.</param>
internal sealed record ClaimChanges(IReadOnlyList<string> Taken, IReadOnlyList<string> GivenBack)
{
    /// <summary>None.</summary>
    public static ClaimChanges None { get; } = new([], []);

    /// <summary>What turns one set of claims into another.</summary>
    public static ClaimChanges Between(IReadOnlyList<string> before, IReadOnlyList<string> after) =>
        before.Count == 0 && after.Count == 0 ? None : new([.. after.Except(before)], [.. before.Except(after)]);
}
