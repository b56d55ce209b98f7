using MiniK8s.Api.Errors;
using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.ApiServer.Rest.Streams.Commands;

/// <summary>How a command ended.</summary>
internal abstract record CommandEnd
{
    /// <summary>It ran to its end.</summary>
    /// <param name="Code">0–255.</param>
    /// <param name="Command">As it was asked for; empty for attach.</param>
    internal sealed record Exited(int Code, IReadOnlyList<string> Command) : CommandEnd;

    /// <summary>It could not be run, or the way to it broke.</summary>
    internal sealed record Failed(string Message) : CommandEnd;

    /// <summary>It was not even tried.</summary>
    internal sealed record Refused(string Message) : CommandEnd;

    /// <summary>What the error channel carries from v4 on.</summary>
    /// <remarks>
    /// Over v5 Kubernetes' apiserver is itself the kubelet's client, and tells in its own words what it was told: hence the message of an exit
    /// code differs, and a failure's begins twice alike [client-go remotecommand/v4.go, apiserver proxy/streamtranslator.go].
    /// </remarks>
    /// <param name="isRetold">v5.</param>
    public Status ToStatus(bool isRetold) => this switch
    {
        Exited { Code: 0 } => new Status { Metadata = new(), Status_ = StatusErrors.Success },
        Exited exited => new Status
        {
            Metadata = new(),
            Status_ = StatusErrors.Failure,
            Message = "command terminated with non-zero exit code: " + (isRetold
                ? $"command terminated with exit code {exited.Code}"
                : $"error executing command [{string.Join(' ', exited.Command)}], exit code {exited.Code}"),
            Reason = "NonZeroExitCode",
            Details = new() { Causes = { new StatusCause { Reason = "ExitCode", Message = $"{exited.Code}" } } },
        },
        Failed failed => StatusErrors.InternalError((isRetold ? "Internal error occurred: " : "") + failed.Message).Status,
        Refused refused => StatusErrors.InternalError(refused.Message).Status,
        _ => throw new InvalidOperationException($"{GetType().Name} has no status."),
    };
}
