using System.ComponentModel.DataAnnotations;
using System.Globalization;

namespace MiniK8s.Hosting.Flags;

/// <summary>The least and the greatest duration that a setting may have, as <see cref="TimeSpan"/> writes them: <c>00:00:00.100</c>.</summary>
/// <remarks><see cref="RangeAttribute"/> does the same for any type, found by reflection, which a program compiled ahead does not have.</remarks>
[AttributeUsage(AttributeTargets.Property)]
public sealed class DurationRangeAttribute(string minimum, string maximum) : ValidationAttribute("The field {0} must be between {1} and {2}.")
{
    /// <summary>The least.</summary>
    public TimeSpan Minimum { get; } = TimeSpan.Parse(minimum, CultureInfo.InvariantCulture);

    /// <summary>The greatest.</summary>
    public TimeSpan Maximum { get; } = TimeSpan.Parse(maximum, CultureInfo.InvariantCulture);

    /// <inheritdoc />
    public override bool IsValid(object? value) => value is not TimeSpan duration || (duration >= Minimum && duration <= Maximum);

    /// <inheritdoc />
    public override string FormatErrorMessage(string name) => string.Format(CultureInfo.InvariantCulture, ErrorMessageString, name, Minimum, Maximum);
}
