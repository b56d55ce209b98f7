namespace MiniK8s.Api.Errors;

/// <summary>What is wrong with a field.</summary>
public enum FieldErrorType
{
    /// <summary>Nothing given where something must be.</summary>
    Required,

    /// <summary>A malformed value.</summary>
    Invalid,

    /// <summary>A value that must be unique is there twice.</summary>
    Duplicate,

    /// <summary>Not among the values there are.</summary>
    NotSupported,

    /// <summary>Well formed, but not allowed here.</summary>
    Forbidden,

    /// <summary>Refers to something that does not exist.</summary>
    NotFound,

    /// <summary>Too many bytes.</summary>
    TooLong,

    /// <summary>Too many items.</summary>
    TooMany,

    /// <summary>Our own failure.</summary>
    Internal,
}
