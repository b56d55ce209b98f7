using System.Globalization;
using System.Text.RegularExpressions;

using MiniK8s.Api.Errors;
using MiniK8s.Api.Validation;
using MiniK8s.Protocol.IntStr;

namespace MiniK8s.Api.Rules;

/// <summary>Fields that are a number of pods or a percentage of them.</summary>
internal static partial class IntOrPercent
{
    private const string NotAPercentage =
        "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')";

    /// <summary>A percentage.</summary>
    public static IntOrString Percent(int percent) => new() { Type = 1, StrVal = string.Create(CultureInfo.InvariantCulture, $"{percent}%") };

    /// <summary>Not negative; a text must be a percentage.</summary>
    public static void NotNegative(IntOrString value, FieldPath path, FieldErrorList errors)
    {
        if (value.Type == 0) Check.NotNegative(value.IntVal, path, errors);
        else if (!Percentage().IsMatch(value.StrVal)) errors.Add(FieldError.Invalid(path, GoStructs.Either(value), NotAPercentage));
    }

    /// <summary>A percentage is of the whole at most.</summary>
    public static void AtMostAll(IntOrString value, FieldPath path, FieldErrorList errors)
    {
        if (value.Type != 0 && Percentage().IsMatch(value.StrVal) && Number(value) > 100)
            errors.Add(FieldError.Invalid(path, GoStructs.Either(value), "must not be greater than 100%"));
    }

    /// <summary>Whether it comes to nothing, whatever it is of. A text that is no percentage counts as 0.</summary>
    public static bool IsZero(IntOrString value) => Number(value) == 0;

    private static long Number(IntOrString value)
    {
        if (value.Type == 0) return value.IntVal;
        return long.TryParse(value.StrVal.AsSpan().TrimEnd('%'), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
            : Percentage().IsMatch(value.StrVal) ? long.MaxValue : 0;
    }

    [GeneratedRegex(@"^[0-9]+%\z")]
    private static partial Regex Percentage();
}
