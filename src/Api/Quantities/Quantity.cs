using System.Diagnostics.CodeAnalysis;

namespace MiniK8s.Api.Quantities;

/// <summary>An exact amount of a resource: cpu, memory, a count. <c>default</c> is zero.</summary>
/// <remarks>
/// Held as a whole number of billionths. A text asks for at most 2^63-1 units and is cut to that; anything finer than a billionth is rounded
/// away from zero. Equality and order are by amount (<c>1</c> equals <c>1000m</c>); the format only decides how it prints.
/// Source: Kubernetes resource.Quantity.
/// </remarks>
public readonly struct Quantity : IEquatable<Quantity>, IComparable<Quantity>
{
    internal const long NanosPerUnit = 1_000_000_000;

    internal Quantity(Int128 nanos, QuantityFormat format)
    {
        Nanos = nanos;
        Format = format;
    }

    /// <summary>The amount in billionths.</summary>
    public Int128 Nanos { get; }

    /// <summary>How it was written.</summary>
    public QuantityFormat Format { get; }

    /// <summary>Nothing.</summary>
    public static Quantity Zero => default;

    /// <summary>True for an amount of nothing.</summary>
    public bool IsZero => Nanos == 0;

    /// <summary>-1, 0 or 1.</summary>
    public int Sign => Int128.Sign(Nanos);

    /// <summary>Whole units, rounded away from zero; cut to the range of a long.</summary>
    public long Value => Scaled(NanosPerUnit);

    /// <summary>Thousandths, rounded away from zero; cut to the range of a long.</summary>
    public long MilliValue => Scaled(NanosPerUnit / 1000);

    /// <summary>True when there is nothing behind the decimal point.</summary>
    public bool IsWhole => Nanos % NanosPerUnit == 0;

    /// <summary>Whole units.</summary>
    public static Quantity FromUnits(long units, QuantityFormat format = QuantityFormat.DecimalSI) => new((Int128)units * NanosPerUnit, format);

    /// <summary>Thousandths of a unit.</summary>
    public static Quantity FromMilli(long milli, QuantityFormat format = QuantityFormat.DecimalSI) =>
        new((Int128)milli * (NanosPerUnit / 1000), format);

    /// <summary>Reads a quantity; blanks are not allowed.</summary>
    /// <exception cref="QuantityFormatException">It is none; the message is Kubernetes' own.</exception>
    public static Quantity Parse(string text) =>
        QuantityParser.Parse(text, out var quantity) is { } error ? throw new QuantityFormatException(error) : quantity;

    /// <summary>Reads a quantity; false when the text is none.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out Quantity quantity)
    {
        quantity = default;
        return text is not null && QuantityParser.Parse(text, out quantity) is null;
    }

    /// <summary>The smallest amount of whole thousandths that is not nearer to zero, as resource lists are stored.</summary>
    public Quantity RoundUpToMilli() => new(CeilingAway(NanosPerUnit / 1000) * (NanosPerUnit / 1000), Format);

    /// <summary>The sum, in the left side's format; in the right side's when the left is zero.</summary>
    public static Quantity operator +(Quantity left, Quantity right) => new(left.Nanos + right.Nanos, ResultFormat(left, right));

    /// <summary>The difference; its format is chosen as for a sum.</summary>
    public static Quantity operator -(Quantity left, Quantity right) => new(left.Nanos - right.Nanos, ResultFormat(left, right));

    /// <summary>The amount with its sign turned.</summary>
    public static Quantity operator -(Quantity value) => new(-value.Nanos, value.Format);

    /// <summary>So many times the amount.</summary>
    public static Quantity operator *(Quantity value, long factor) => new(value.Nanos * factor, value.Format);

    /// <summary>Same amount.</summary>
    public static bool operator ==(Quantity left, Quantity right) => left.Nanos == right.Nanos;

    /// <summary>Different amounts.</summary>
    public static bool operator !=(Quantity left, Quantity right) => left.Nanos != right.Nanos;

    /// <summary>Less.</summary>
    public static bool operator <(Quantity left, Quantity right) => left.Nanos < right.Nanos;

    /// <summary>More.</summary>
    public static bool operator >(Quantity left, Quantity right) => left.Nanos > right.Nanos;

    /// <summary>At most.</summary>
    public static bool operator <=(Quantity left, Quantity right) => left.Nanos <= right.Nanos;

    /// <summary>At least.</summary>
    public static bool operator >=(Quantity left, Quantity right) => left.Nanos >= right.Nanos;

    /// <inheritdoc/>
    public int CompareTo(Quantity other) => Nanos.CompareTo(other.Nanos);

    /// <inheritdoc/>
    public bool Equals(Quantity other) => Nanos == other.Nanos;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Quantity other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => Nanos.GetHashCode();

    /// <summary>The canonical text: a whole mantissa with the largest suffix that leaves it whole.</summary>
    public override string ToString() => QuantityText.Of(this);

    private static QuantityFormat ResultFormat(Quantity left, Quantity right) => left.IsZero ? right.Format : left.Format;

    private long Scaled(long nanosPer) => (long)Int128.Clamp(CeilingAway(nanosPer), long.MinValue, long.MaxValue);

    private Int128 CeilingAway(long nanosPer)
    {
        var (quotient, remainder) = Int128.DivRem(Nanos, nanosPer);
        return remainder == 0 ? quotient : quotient + Int128.Sign(remainder);
    }
}
