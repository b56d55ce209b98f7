using MiniK8s.Api.Errors;

namespace MiniK8s.Api.Validation;

/// <summary>Checks that many fields share.</summary>
internal static class Check
{
    public static void Required(string value, FieldPath path, FieldErrorList errors)
    {
        if (value.Length == 0) errors.Add(FieldError.Required(path));
    }

    public static void NotNegative(long value, FieldPath path, FieldErrorList errors)
    {
        if (value < 0) errors.Add(FieldError.Invalid(path, value, MetadataValidation.NotNegative));
    }

    /// <summary>A value out of a list; the list is named in the order given.</summary>
    public static void OneOf(string value, FieldPath path, FieldErrorList errors, params string[] supported)
    {
        if (!supported.Contains(value)) errors.Add(FieldError.NotSupported(path, value, supported));
    }

    public static void RequiredOneOf(string value, FieldPath path, FieldErrorList errors, params string[] supported)
    {
        if (value.Length == 0) errors.Add(FieldError.Required(path));
        else OneOf(value, path, errors, supported);
    }

    /// <summary>A user or group number.</summary>
    public static void Id(bool isSet, long id, FieldPath path, FieldErrorList errors)
    {
        if (isSet && id is < 0 or > int.MaxValue) errors.Add(FieldError.Invalid(path, id, NameRules.InclusiveRange(0, int.MaxValue)));
    }

    /// <summary>A path that stays below where it starts.</summary>
    public static void DescendingPath(string value, FieldPath path, FieldErrorList errors)
    {
        if (value.StartsWith('/')) errors.Add(FieldError.Invalid(path, value, "must be a relative path"));
        NoBacksteps(value, path, errors);
    }

    public static void NoBacksteps(string value, FieldPath path, FieldErrorList errors)
    {
        if (value.Split('/').Contains("..")) errors.Add(FieldError.Invalid(path, value, "must not contain '..'"));
    }

    public static void FileMode(bool isSet, int mode, FieldPath path, FieldErrorList errors)
    {
        if (isSet && mode is < 0 or > 0x1FF) errors.Add(FieldError.Invalid(path, mode, "must be a number between 0 and 0777 (octal), both inclusive"));
    }
}
