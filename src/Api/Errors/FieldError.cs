using System.Globalization;

using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.Api.Errors;

/// <summary>One fault of one field, in Kubernetes' words: <c>path: Type: value: detail</c>.</summary>
/// <remarks>
/// The value may be a string (shown quoted), a number, a bool, null, or <see cref="Omitted"/>; anything else shows as its ToString().
/// Required, Forbidden, Too long and Internal never show one.
/// </remarks>
public sealed record FieldError(FieldErrorType Type, string Field, object? Value, string Detail)
{
    /// <summary>Stands for a value that is not to be shown.</summary>
    public static readonly object Omitted = new();

    /// <summary>The body, without the path.</summary>
    public string Body
    {
        get
        {
            var head = ShowsValue ? $"{TypeText}: {ValueText(Value)}" : TypeText;
            return Detail.Length == 0 ? head : $"{head}: {Detail}";
        }
    }

    /// <summary>The cause's reason, such as FieldValueRequired.</summary>
    public string Reason => Type == FieldErrorType.Internal ? "InternalError" : "FieldValue" + Type;

    private bool ShowsValue =>
        Type is not (FieldErrorType.Required or FieldErrorType.Forbidden or FieldErrorType.TooLong or FieldErrorType.Internal)
        && !ReferenceEquals(Value, Omitted);

    private string TypeText => Type switch
    {
        FieldErrorType.Required => "Required value",
        FieldErrorType.Invalid => "Invalid value",
        FieldErrorType.Duplicate => "Duplicate value",
        FieldErrorType.NotSupported => "Unsupported value",
        FieldErrorType.Forbidden => "Forbidden",
        FieldErrorType.NotFound => "Not found",
        FieldErrorType.TooLong => "Too long",
        FieldErrorType.TooMany => "Too many",
        FieldErrorType.Internal => "Internal error",
        _ => throw new ArgumentOutOfRangeException(nameof(Type), Type, null),
    };

    /// <summary>Nothing given where something must be.</summary>
    public static FieldError Required(FieldPath field, string detail = "") => new(FieldErrorType.Required, field.ToString(), "", detail);

    /// <summary>A malformed value.</summary>
    public static FieldError Invalid(FieldPath field, object? value, string detail) => new(FieldErrorType.Invalid, field.ToString(), value, detail);

    /// <summary>A value that must be unique is there twice.</summary>
    public static FieldError Duplicate(FieldPath field, object? value) => new(FieldErrorType.Duplicate, field.ToString(), value, "");

    /// <summary>Not among the values there are, which the detail lists in the order given.</summary>
    public static FieldError NotSupported(FieldPath field, object? value, params IEnumerable<string> supported)
    {
        var list = string.Join(", ", supported.Select(GoText.Quote));
        return new(FieldErrorType.NotSupported, field.ToString(), value, list.Length == 0 ? "" : "supported values: " + list);
    }

    /// <summary>Well formed, but not allowed here.</summary>
    public static FieldError Forbidden(FieldPath field, string detail) => new(FieldErrorType.Forbidden, field.ToString(), "", detail);

    /// <summary>Refers to something that does not exist.</summary>
    public static FieldError NotFound(FieldPath field, object? value) => new(FieldErrorType.NotFound, field.ToString(), value, "");

    /// <summary>More than <paramref name="maxBytes"/> bytes.</summary>
    public static FieldError TooLong(FieldPath field, int maxBytes) =>
        new(FieldErrorType.TooLong, field.ToString(), Omitted, string.Create(CultureInfo.InvariantCulture, $"may not be more than {maxBytes} bytes"));

    /// <summary>More than <paramref name="maxItems"/> items.</summary>
    public static FieldError TooMany(FieldPath field, int actual, int maxItems) =>
        new(FieldErrorType.TooMany, field.ToString(), actual, string.Create(CultureInfo.InvariantCulture, $"must have at most {maxItems} items"));

    /// <summary>A failure that is not the user's.</summary>
    public static FieldError Internal(FieldPath field, string detail) => new(FieldErrorType.Internal, field.ToString(), null, detail);

    /// <summary>The error as a Status's cause.</summary>
    public StatusCause ToCause() => new() { Reason = Reason, Message = Body, Field = Field };

    /// <summary>Path and body.</summary>
    public override string ToString() => $"{Field}: {Body}";

    // Kubernetes replaces nil by the string "null" before printing, hence the quotes.
    private static string ValueText(object? value) => value switch
    {
        null => "\"null\"",
        string text => GoText.Quote(text),
        bool flag => flag ? "true" : "false",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };
}
