using Google.Protobuf.WellKnownTypes;

using MiniK8s.Api.Errors;
using MiniK8s.ApiServer.Rest.Kubelets;
using MiniK8s.ApiServer.Rest.Parameters;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.V1;

namespace MiniK8s.ApiServer.Rest.Logs;

/// <summary>The query of a log request, checked, as the kubelet is asked.</summary>
internal static class LogParameters
{
    private const string AtLeastZero = "must be greater than or equal to 0";
    private const string AboveZero = "must be greater than 0";

    /// <summary>The kubelet's request for a pod's container.</summary>
    /// <exception cref="ApiException">400 for what cannot be read, 422 for what makes no sense.</exception>
    public static ContainerLogsRequest Read(IQueryCollection query, Pod pod)
    {
        var request = new ContainerLogsRequest
        {
            Node = pod.Spec.NodeName,
            PodNamespace = pod.Metadata.Namespace,
            PodName = pod.Metadata.Name,
            Follow = query.Flag("follow"),
            Previous = query.Flag("previous"),
            Timestamps = query.Flag("timestamps"),
            SinceTime = Time(query.Text("sinceTime")),
        };
        if (query.Integer("sinceSeconds") is { } seconds) request.SinceSeconds = seconds;
        if (query.Integer("tailLines") is { } lines) request.TailLines = lines;
        if (query.Integer("limitBytes") is { } bytes) request.LimitBytes = bytes;
        Check(request);
        request.Container = ContainerChoice.Of(query.Text("container"), pod);
        return request;
    }

    private static Timestamp? Time(string text)
    {
        if (text.Length == 0) return null;
        if (!Rfc3339.TryParse(text, out var time))
            throw StatusErrors.BadRequest(
                $"parsing time {GoText.Quote(text)} as \"2006-01-02T15:04:05Z07:00\": cannot parse {GoText.Quote(text)} as \"2006\"");
        return Timestamp.FromDateTimeOffset(time);
    }

    private static void Check(ContainerLogsRequest request)
    {
        var errors = new FieldErrorList();
        if (request is { HasTailLines: true, TailLines: < 0 }) errors.Add(FieldError.Invalid(FieldPath.Of("tailLines"), request.TailLines, AtLeastZero));
        if (request is { HasLimitBytes: true, LimitBytes: < 1 }) errors.Add(FieldError.Invalid(FieldPath.Of("limitBytes"), request.LimitBytes, AboveZero));
        if (request is { HasSinceSeconds: true, SinceTime: not null })
            errors.Add(FieldError.Forbidden(FieldPath.Of(""), "at most one of `sinceTime` or `sinceSeconds` may be specified"));
        else if (request is { HasSinceSeconds: true, SinceSeconds: < 1 })
            errors.Add(FieldError.Invalid(FieldPath.Of("sinceSeconds"), request.SinceSeconds, AboveZero));
        if (errors.Any) throw StatusErrors.Invalid("", "PodLogOptions", request.PodName, errors);
    }
}
