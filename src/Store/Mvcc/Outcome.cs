using System.Diagnostics.CodeAnalysis;

using MiniK8s.Store.EtcdServices;

namespace MiniK8s.Store.Mvcc;

/// <summary>An answer or a refusal: expected outcomes are values, not exceptions.</summary>
/// <param name="Value">The answer; null when refused.</param>
/// <param name="Error">Why it was refused; null when answered.</param>
internal readonly record struct Outcome<T>(T? Value, EtcdError? Error)
    where T : class
{
    /// <summary>Whether there is no answer.</summary>
    [MemberNotNullWhen(true, nameof(Error))]
    [MemberNotNullWhen(false, nameof(Value))]
    public bool IsRefused => Error is not null;

    /// <summary>An answer.</summary>
    public static implicit operator Outcome<T>(T value) => new(value, null);

    /// <summary>A refusal.</summary>
    public static implicit operator Outcome<T>(EtcdError error) => new(null, error);
}
