using MiniK8s.Api.Errors;
using MiniK8s.Api.Validation;

namespace MiniK8s.Api.Rules;

/// <summary>The numbers in the status of a controller's object.</summary>
internal static class StatusCounts
{
    private static readonly FieldPath Status = FieldPath.Of("status");

    /// <summary>None is negative.</summary>
    public static void NotNegative(FieldErrorList errors, params (string Field, long Value)[] counts)
    {
        foreach (var (field, value) in counts) Check.NotNegative(value, Status.Child(field), errors);
    }

    /// <summary>A part is not more than the whole.</summary>
    public static void AtMost(FieldErrorList errors, string field, int value, int whole, string of)
    {
        if (value > whole) errors.Add(FieldError.Invalid(Status.Child(field), value, $"cannot be greater than {of}"));
    }

    /// <summary>Collisions are only ever counted up; forgetting the number counts as 0.</summary>
    public static void Collisions(FieldErrorList errors, (bool IsSet, int Value) now, (bool IsSet, int Value) before)
    {
        if (now.IsSet) Check.NotNegative(now.Value, Status.Child("collisionCount"), errors);
        if (before.IsSet && now.Value < before.Value) errors.Add(FieldError.Invalid(Status.Child("collisionCount"), now.Value, "cannot be decremented"));
    }
}
