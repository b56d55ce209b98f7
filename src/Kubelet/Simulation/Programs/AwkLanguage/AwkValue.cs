using System.Globalization;

namespace MiniK8s.Kubelet.Simulation.Programs.AwkLanguage;

/// <summary>A number, a text, or a text from outside that counts as a number where it looks like one; the default is what a variable is before it is set.</summary>
internal readonly record struct AwkValue
{
    private readonly string? _text;
    private readonly double _number;
    private readonly Kind _kind;

    private AwkValue(Kind kind, string? text, double number) => (_kind, _text, _number) = (kind, text, number);

    private enum Kind
    {
        Unset,
        Number,
        Text,
        Input,
    }

    public static AwkValue Empty { get; } = Of("");

    public static AwkValue Of(double number) => new(Kind.Number, null, number);

    public static AwkValue Of(bool value) => Of(value ? 1.0 : 0.0);

    public static AwkValue Of(string text) => new(Kind.Text, text, 0);

    /// <summary>A field, or what <c>-v</c> and <c>split</c> give.</summary>
    public static AwkValue OfInput(string text) => new(Kind.Input, text, 0);

    public double Number => _kind switch { Kind.Number => _number, Kind.Unset => 0, _ => LeadingNumber(_text!, out _) };

    public bool IsTrue => _kind switch
    {
        Kind.Number => _number != 0,
        Kind.Unset => false,
        Kind.Text => _text!.Length > 0,
        _ => IsNumeric ? Number != 0 : _text!.Length > 0,
    };

    /// <summary>Not a number, and not one that was read.</summary>
    public bool IsText => _kind == Kind.Text || (_kind == Kind.Input && !IsNumeric);

    public int Length => _text?.Length ?? 0;

    private bool IsNumeric => _kind is Kind.Number or Kind.Unset || (_kind == Kind.Input && LeadingNumber(_text!, out var all) is var _ && all);

    /// <summary>Whole numbers as such, others by a format of printf.</summary>
    public string Text(string format = "%.6g") => _kind switch
    {
        Kind.Number when _number == Math.Floor(_number) && Math.Abs(_number) < 1e16 => ((long)_number).ToString(CultureInfo.InvariantCulture),
        Kind.Number => AwkFormat.Format(format, [this]),
        _ => _text ?? "",
    };

    public static int Compare(AwkValue left, AwkValue right) =>
        left.IsNumeric && right.IsNumeric ? left.Number.CompareTo(right.Number) : string.CompareOrdinal(left.Text(), right.Text());

    // As strtod: what stands at the beginning; the second value says whether nothing but blanks is left.
    private static double LeadingNumber(string text, out bool isAll)
    {
        var at = 0;
        while (at < text.Length && char.IsWhiteSpace(text[at])) at++;
        var start = at;
        if (at < text.Length && text[at] is '+' or '-') at++;
        var digits = at;
        while (at < text.Length && char.IsAsciiDigit(text[at])) at++;
        var count = at - digits;
        if (at < text.Length && text[at] == '.')
        {
            at++;
            digits = at;
            while (at < text.Length && char.IsAsciiDigit(text[at])) at++;
            count += at - digits;
        }
        if (count == 0)
        {
            isAll = false;
            return 0;
        }
        at = AfterExponent(text, at);
        isAll = text.AsSpan(at).Trim().IsEmpty;
        return double.TryParse(text.AsSpan(start, at - start), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : 0;
    }

    private static int AfterExponent(string text, int at)
    {
        if (at >= text.Length || text[at] is not ('e' or 'E')) return at;
        var end = at + 1;
        if (end < text.Length && text[end] is '+' or '-') end++;
        var digits = end;
        while (end < text.Length && char.IsAsciiDigit(text[end])) end++;
        return end > digits ? end : at;
    }
}
