using System.Text.RegularExpressions;

using MiniK8s.Api.Errors;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.IntStr;

namespace MiniK8s.Api.Validation;

/// <summary>Probes and lifecycle hooks.</summary>
internal static partial class HandlerValidation
{
    private const string OneHandler = "may not specify more than 1 handler type";

    public static void Liveness(Probe? probe, long? grace, FieldPath path, FieldErrorList errors)
    {
        if (probe is null) return;
        Probe(probe, grace, path, errors);
        if (probe.SuccessThreshold != 1) errors.Add(FieldError.Invalid(path.Child("successThreshold"), probe.SuccessThreshold, "must be 1"));
    }

    public static void Readiness(Probe? probe, long? grace, FieldPath path, FieldErrorList errors)
    {
        if (probe is null) return;
        Probe(probe, grace, path, errors);
        if (probe.HasTerminationGracePeriodSeconds)
            errors.Add(FieldError.Invalid(path.Child("terminationGracePeriodSeconds"), probe.TerminationGracePeriodSeconds, "must not be set for readinessProbes"));
    }

    public static void Lifecycle(Lifecycle? lifecycle, long? grace, FieldPath path, FieldErrorList errors)
    {
        if (lifecycle?.PostStart is { } postStart) Handler(Of(postStart), grace, path.Child("postStart"), errors);
        if (lifecycle?.PreStop is { } preStop) Handler(Of(preStop), grace, path.Child("preStop"), errors);
    }

    public static void Port(IntOrString port, FieldPath path, FieldErrorList errors)
    {
        if (port.Type == 0) errors.AddInvalid(path, port.IntVal, NameRules.PortNumber(port.IntVal));
        else errors.AddInvalid(path, port.StrVal, NameRules.PortName(port.StrVal));
    }

    private static void Probe(Probe probe, long? grace, FieldPath path, FieldErrorList errors)
    {
        Handler(Of(probe.Handler), grace, path, errors);
        Check.NotNegative(probe.InitialDelaySeconds, path.Child("initialDelaySeconds"), errors);
        Check.NotNegative(probe.TimeoutSeconds, path.Child("timeoutSeconds"), errors);
        Check.NotNegative(probe.PeriodSeconds, path.Child("periodSeconds"), errors);
        Check.NotNegative(probe.SuccessThreshold, path.Child("successThreshold"), errors);
        Check.NotNegative(probe.FailureThreshold, path.Child("failureThreshold"), errors);
        if (probe.HasTerminationGracePeriodSeconds && probe.TerminationGracePeriodSeconds <= 0)
            errors.Add(FieldError.Invalid(path.Child("terminationGracePeriodSeconds"), probe.TerminationGracePeriodSeconds, "must be greater than 0"));
    }

    private static IEnumerable<(string Name, object Action)> Of(ProbeHandler? handler)
    {
        if (handler?.Exec is { } exec) yield return ("exec", exec);
        if (handler?.HttpGet is { } http) yield return ("httpGet", http);
        if (handler?.TcpSocket is { } tcp) yield return ("tcpSocket", tcp);
        if (handler?.Grpc is { } grpc) yield return ("grpc", grpc);
    }

    private static IEnumerable<(string Name, object Action)> Of(LifecycleHandler handler)
    {
        if (handler.Exec is { } exec) yield return ("exec", exec);
        if (handler.HttpGet is { } http) yield return ("httpGet", http);
        if (handler.TcpSocket is { } tcp) yield return ("tcpSocket", tcp);
        if (handler.Sleep is { } sleep) yield return ("sleep", sleep);
    }

    private static void Handler(IEnumerable<(string Name, object Action)> actions, long? grace, FieldPath path, FieldErrorList errors)
    {
        var count = 0;
        foreach (var (name, action) in actions)
        {
            if (count++ == 0) Action(action, grace, path.Child(name), errors);
            else errors.Add(FieldError.Forbidden(path.Child(name), OneHandler));
        }
        if (count == 0) errors.Add(FieldError.Required(path, "must specify a handler type"));
    }

    private static void Action(object action, long? grace, FieldPath path, FieldErrorList errors)
    {
        switch (action)
        {
            case ExecAction exec:
                if (exec.Command.Count == 0) errors.Add(FieldError.Required(path.Child("command")));
                break;
            case HTTPGetAction http:
                HttpGet(http, path, errors);
                break;
            case TCPSocketAction tcp:
                Port(tcp.Port ?? new(), path.Child("port"), errors);
                break;
            case GRPCAction grpc:
                errors.AddInvalid(path.Child("port"), grpc.Port, NameRules.PortNumber(grpc.Port));
                break;
            case SleepAction sleep when grace is { } seconds && (sleep.Seconds <= 0 || sleep.Seconds > seconds):
                errors.Add(FieldError.Invalid(path, sleep.Seconds,
                    $"must be greater than 0 and less than terminationGracePeriodSeconds ({seconds}). Enable AllowPodLifecycleSleepActionZeroValue feature gate for zero sleep."));
                break;
        }
    }

    private static void HttpGet(HTTPGetAction http, FieldPath path, FieldErrorList errors)
    {
        Check.Required(http.Path, path.Child("path"), errors);
        Port(http.Port ?? new(), path.Child("port"), errors);
        Check.OneOf(http.Scheme, path.Child("scheme"), errors, "HTTP", "HTTPS");
        foreach (var header in http.HttpHeaders.Where(header => !HeaderName().IsMatch(header.Name)))
        {
            errors.Add(FieldError.Invalid(path.Child("httpHeaders"), header.Name,
                "a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', regex used for validation is '[-A-Za-z0-9]+')"));
        }
    }

    [GeneratedRegex(@"^[-A-Za-z0-9]+\z")]
    private static partial Regex HeaderName();
}
