namespace MiniK8s.Client.Controllers;

/// <summary>When a key that was reconciled wants to be looked at again, beside the changes that bring it back anyway.</summary>
/// <param name="After">That long from now; null: only after a change.</param>
public readonly record struct Requeue(TimeSpan? After)
{
    /// <summary>Only after a change.</summary>
    public static Requeue None => default;

    /// <summary>After <paramref name="delay"/> at the latest.</summary>
    public static Requeue In(TimeSpan delay) => new(delay);
}
