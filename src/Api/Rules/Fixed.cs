using MiniK8s.Api.Errors;

namespace MiniK8s.Api.Rules;

/// <summary>Fields that stay as they were when the object was made.</summary>
internal static class Fixed
{
    /// <summary><c>field is immutable</c>, where old and new differ.</summary>
    /// <param name="shown">The new value as the message shows it, where that is not the value itself.</param>
    public static void Field<T>(T value, T old, FieldPath path, FieldErrorList errors, Func<T, object?>? shown = null)
    {
        if (!Equals(value, old)) errors.Add(FieldError.Invalid(path, shown is null ? value : shown(value), "field is immutable"));
    }
}
