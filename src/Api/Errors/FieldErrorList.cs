using System.Collections;

namespace MiniK8s.Api.Errors;

/// <summary>All that is wrong with an object, in the order it was found. Empty means valid.</summary>
public sealed class FieldErrorList : IReadOnlyList<FieldError>
{
    private readonly List<FieldError> _errors = [];

    /// <inheritdoc/>
    public int Count => _errors.Count;

    /// <summary>True when something is wrong.</summary>
    public bool Any => _errors.Count > 0;

    /// <inheritdoc/>
    public FieldError this[int index] => _errors[index];

    /// <summary>Notes one more.</summary>
    public void Add(FieldError error) => _errors.Add(error);

    /// <summary>Notes several more.</summary>
    public void Add(IEnumerable<FieldError> errors) => _errors.AddRange(errors);

    /// <summary>One invalid-value error for each message.</summary>
    public void AddInvalid(FieldPath field, object? value, IEnumerable<string> messages) =>
        _errors.AddRange(messages.Select(message => FieldError.Invalid(field, value, message)));

    /// <inheritdoc/>
    public IEnumerator<FieldError> GetEnumerator() => _errors.GetEnumerator();

    /// <summary>One error as it is, several as <c>[a, b]</c>; repeated ones are named once.</summary>
    public override string ToString()
    {
        string[] texts = [.. _errors.Select(error => error.ToString()).Distinct()];
        return texts.Length == 1 ? texts[0] : $"[{string.Join(", ", texts)}]";
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
