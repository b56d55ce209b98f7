namespace MiniK8s.Api.Errors;

/// <summary>The machine-readable reasons of a failed request (Status.reason).</summary>
public static class StatusReasons
{
#pragma warning disable CS1591 // each constant is its own text; StatusCodes says what it means
    public const string Unknown = "";
    public const string Unauthorized = "Unauthorized";
    public const string Forbidden = "Forbidden";
    public const string NotFound = "NotFound";
    public const string AlreadyExists = "AlreadyExists";
    public const string Conflict = "Conflict";
    public const string Gone = "Gone";
    public const string Expired = "Expired";
    public const string Invalid = "Invalid";
    public const string BadRequest = "BadRequest";
    public const string MethodNotAllowed = "MethodNotAllowed";
    public const string NotAcceptable = "NotAcceptable";
    public const string UnsupportedMediaType = "UnsupportedMediaType";
    public const string RequestEntityTooLarge = "RequestEntityTooLarge";
    public const string TooManyRequests = "TooManyRequests";
    public const string ServerTimeout = "ServerTimeout";
    public const string InternalError = "InternalError";
    public const string ServiceUnavailable = "ServiceUnavailable";
    public const string Timeout = "Timeout";
#pragma warning restore CS1591
}
