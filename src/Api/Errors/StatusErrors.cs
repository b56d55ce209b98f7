using MiniK8s.Api.Objects;
using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.Api.Errors;

/// <summary>Every refusal of the API, with Kubernetes' exact message, reason, code and details.</summary>
public static class StatusErrors
{
    /// <summary>Status.status of an answer that reports success.</summary>
    public const string Success = "Success";

    /// <summary>Status.status of a refusal.</summary>
    public const string Failure = "Failure";

    private const string StaleObject = "the object has been modified; please apply your changes to the latest version and try again";

    /// <summary>404: <c>pods "x" not found</c>.</summary>
    public static ApiException NotFound(GroupResource resource, string name) =>
        Of(StatusReasons.NotFound, $"{resource} {GoText.Quote(name)} not found", Details(resource, name));

    /// <summary>404 for a path that leads nowhere.</summary>
    public static ApiException UnknownPath() =>
        Of(StatusReasons.NotFound, "the server could not find the requested resource", new StatusDetails());

    /// <summary>409: <c>pods "x" already exists</c>.</summary>
    public static ApiException AlreadyExists(GroupResource resource, string name) =>
        Of(StatusReasons.AlreadyExists, $"{resource} {GoText.Quote(name)} already exists", Details(resource, name));

    /// <summary>409 after every drawn name was taken; the client may try again after a second.</summary>
    public static ApiException GenerateNameConflict(GroupResource resource, string name)
    {
        var details = Details(resource, name);
        details.RetryAfterSeconds = 1;
        var message = $"{resource} {GoText.Quote(name)} already exists, the server was not able to generate a unique name for the object";
        return Of(StatusReasons.AlreadyExists, message, details);
    }

    /// <summary>409: <c>Operation cannot be fulfilled on pods "x": ...</c>; without a reason: the object has been modified.</summary>
    public static ApiException Conflict(GroupResource resource, string name, string because = StaleObject) =>
        Of(StatusReasons.Conflict, $"Operation cannot be fulfilled on {resource} {GoText.Quote(name)}: {because}", Details(resource, name));

    /// <summary>422 with one cause for each error.</summary>
    public static ApiException Invalid(ApiKind kind, string name, FieldErrorList errors) => Invalid(kind.Group, kind.Kind, name, errors);

    /// <summary>422 with one cause for each error, for what is no stored kind (DeleteOptions of meta.k8s.io, ...).</summary>
    public static ApiException Invalid(string group, string kind, string name, FieldErrorList errors)
    {
        var details = new StatusDetails { Group = group, Kind = kind, Name = name };
        details.Causes.Add(errors.Select(error => error.ToCause()));
        var head = $"{new GroupResource(group, kind)} {GoText.Quote(name)} is invalid";
        return Of(StatusReasons.Invalid, errors.Any ? $"{head}: {errors}" : head, details);
    }

    /// <summary>422 for one error.</summary>
    public static ApiException Invalid(ApiKind kind, string name, FieldError error)
    {
        var errors = new FieldErrorList();
        errors.Add(error);
        return Invalid(kind, name, errors);
    }

    /// <summary>422 without a word about the cause: a JSON patch that cannot be applied.</summary>
    public static ApiException RejectedPatch() =>
        Of(StatusReasons.Invalid, "the server rejected our request due to an error in our request", new StatusDetails());

    /// <summary>400.</summary>
    public static ApiException BadRequest(string message) => Of(StatusReasons.BadRequest, message);

    /// <summary>401.</summary>
    public static ApiException Unauthorized(string message = "Unauthorized") => Of(StatusReasons.Unauthorized, message);

    /// <summary>403: <c>pods "x" is forbidden: ...</c>; without a name <c>pods is forbidden: ...</c>.</summary>
    public static ApiException Forbidden(GroupResource resource, string name, string because)
    {
        var subject = name.Length == 0 ? $"{resource}" : $"{resource} {GoText.Quote(name)}";
        return Of(StatusReasons.Forbidden, $"{subject} is forbidden: {because}", Details(resource, name));
    }

    /// <summary>403 for a path that is no resource: <c>forbidden: ...</c>.</summary>
    public static ApiException ForbiddenPath(string because) => Of(StatusReasons.Forbidden, $"forbidden: {because}", new StatusDetails());

    /// <summary>410 Gone.</summary>
    public static ApiException Gone(string message) => Of(StatusReasons.Gone, message);

    /// <summary>410 Expired: the resourceVersion asked for is no longer known.</summary>
    public static ApiException Expired(string message) => Of(StatusReasons.Expired, message);

    /// <summary>429; clients wait and retry when <paramref name="retryAfterSeconds"/> is above 0.</summary>
    public static ApiException TooManyRequests(string message, int retryAfterSeconds) =>
        Of(StatusReasons.TooManyRequests, message, new StatusDetails { RetryAfterSeconds = retryAfterSeconds });

    /// <summary>405: <c>delete is not supported on resources of kind "pods"</c>.</summary>
    public static ApiException MethodNotSupported(GroupResource resource, string verb)
    {
        var message = $"{verb} is not supported on resources of kind {GoText.Quote(resource.ToString())}";
        return Of(StatusReasons.MethodNotAllowed, message, Details(resource, ""));
    }

    /// <summary>405 for a wrong method on a path.</summary>
    public static ApiException MethodNotAllowed() =>
        Of(StatusReasons.MethodNotAllowed, "the server does not allow this method on the requested resource", new StatusDetails());

    /// <summary>406.</summary>
    public static ApiException NotAcceptable(IEnumerable<string> accepted) =>
        Of(StatusReasons.NotAcceptable, $"only the following media types are accepted: {string.Join(", ", accepted)}");

    /// <summary>415.</summary>
    public static ApiException UnsupportedMediaType(IEnumerable<string> accepted) =>
        Of(StatusReasons.UnsupportedMediaType,
            $"the body of the request was in an unknown format - accepted media types include: {string.Join(", ", accepted)}");

    /// <summary>413: <c>Request entity too large: limit is 3145728</c>.</summary>
    public static ApiException RequestEntityTooLarge(string detail) =>
        Of(StatusReasons.RequestEntityTooLarge, $"Request entity too large: {detail}");

    /// <summary>500 ServerTimeout: nothing was done, try again.</summary>
    public static ApiException ServerTimeout(GroupResource resource, string operation, int retryAfterSeconds)
    {
        var details = Details(resource, operation);
        details.RetryAfterSeconds = retryAfterSeconds;
        var message = $"The {operation} operation against {resource} could not be completed at this time, please try again.";
        return Of(StatusReasons.ServerTimeout, message, details);
    }

    /// <summary>500: our own failure.</summary>
    public static ApiException InternalError(string message, Exception? cause = null)
    {
        var details = new StatusDetails();
        details.Causes.Add(new StatusCause { Message = message });
        return new(StatusOf(StatusReasons.InternalError, $"Internal error occurred: {message}", details), cause);
    }

    /// <summary>500 with an empty reason, as a create with a resourceVersion is answered.</summary>
    public static ApiException Unclassified(string message) =>
        new(new Status { Metadata = new(), Status_ = Failure, Message = message, Code = 500 });

    /// <summary>503.</summary>
    public static ApiException ServiceUnavailable(string message) => Of(StatusReasons.ServiceUnavailable, message);

    /// <summary>504: <c>Timeout: ...</c>.</summary>
    public static ApiException Timeout(string message, int retryAfterSeconds) =>
        Of(StatusReasons.Timeout, $"Timeout: {message}", new StatusDetails { RetryAfterSeconds = retryAfterSeconds });

    /// <summary>504: the resourceVersion asked for lies in the future; try again after a second.</summary>
    public static ApiException TooLargeResourceVersion(long wanted, long current)
    {
        var details = new StatusDetails { RetryAfterSeconds = 1 };
        details.Causes.Add(new StatusCause { Reason = "ResourceVersionTooLarge", Message = "Too large resource version" });
        return Of(StatusReasons.Timeout, $"Timeout: Too large resource version: {wanted}, current: {current}", details);
    }

    /// <summary>The Status that answers a success without an object, such as a deletion.</summary>
    public static Status Succeeded(GroupResource resource = default, string name = "", string uid = "", int code = 0)
    {
        var status = new Status { Metadata = new(), Status_ = Success, Code = code };
        if (!string.IsNullOrEmpty(resource.Resource))
        {
            status.Details = Details(resource, name);
            status.Details.Uid = uid;
        }
        return status;
    }

    /// <summary>Any other refusal; the code follows from the reason.</summary>
    public static ApiException Of(string reason, string message, StatusDetails? details = null) => new(StatusOf(reason, message, details));

    private static Status StatusOf(string reason, string message, StatusDetails? details) => new()
    {
        Metadata = new(),
        Status_ = Failure,
        Message = message,
        Reason = reason,
        Details = details,
        Code = StatusCodes.HttpOf(reason),
    };

    private static StatusDetails Details(GroupResource resource, string name) =>
        new() { Group = resource.Group, Kind = resource.Resource, Name = name };
}
