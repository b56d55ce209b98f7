namespace MiniK8s.Scheduler.Framework;

/// <summary>A text with its hash worked out once, so that comparing it with thousands of others mostly compares two numbers.</summary>
internal readonly struct HashedText(string text) : IEquatable<HashedText>
{
    private readonly int _hash = text.GetHashCode(StringComparison.Ordinal);

    public static readonly HashedText Empty = new("");

    public string Text { get; } = text;

    public static bool operator ==(HashedText a, HashedText b) => a.Equals(b);

    public static bool operator !=(HashedText a, HashedText b) => !a.Equals(b);

    public bool Equals(HashedText other) => _hash == other._hash && Text == other.Text;

    public override bool Equals(object? obj) => obj is HashedText other && Equals(other);

    public override int GetHashCode() => _hash;

    public override string ToString() => Text;
}
