namespace MiniK8s.Api.Selectors;

/// <summary>What a label must be to its values.</summary>
public enum LabelOperator
{
    /// <summary><c>k in (a,b)</c></summary>
    In,

    /// <summary><c>k notin (a,b)</c>; also matches objects without the label.</summary>
    NotIn,

    /// <summary><c>k=v</c></summary>
    Equal,

    /// <summary><c>k==v</c></summary>
    DoubleEqual,

    /// <summary><c>k!=v</c>; also matches objects without the label.</summary>
    NotEqual,

    /// <summary><c>k</c></summary>
    Exists,

    /// <summary><c>!k</c></summary>
    DoesNotExist,

    /// <summary><c>k&gt;1</c></summary>
    GreaterThan,

    /// <summary><c>k&lt;1</c></summary>
    LessThan,
}
