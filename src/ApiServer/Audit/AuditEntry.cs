using System.Globalization;

using Google.Protobuf.WellKnownTypes;

using Microsoft.AspNetCore.Http.Features;

using MiniK8s.Api.Errors;
using MiniK8s.ApiServer.Authorization;
using MiniK8s.ApiServer.Registry;
using MiniK8s.Protocol.V1;

using Status = MiniK8s.Protocol.Meta.V1.Status;

namespace MiniK8s.ApiServer.Audit;

/// <summary>One request while it is under way; whoever learns something about it tells it here, and it makes the records.</summary>
internal sealed class AuditEntry(HttpContext http, string id, AuditLog log, TimeProvider time)
{
    private const int MaxText = 1024;
    private const string Cut = "...TRUNCATED";

    private readonly DateTimeOffset _received = time.GetUtcNow();
    private readonly long _started = time.GetTimestamp();
    private RequestAttributes? _attributes;
    private Status? _refusal;
    private bool _hasBegun;

    /// <summary>What the request wants. A request that lasts gets its first record when its answer begins.</summary>
    public void Observe(RequestAttributes attributes)
    {
        _attributes = attributes;
        if (!LongRunning.Is(attributes)) return;
        http.Response.OnStarting(() =>
        {
            _hasBegun = _refusal is null && http.Response.StatusCode < 400;
            if (_hasBegun) log.Add(Record(AuditStage.ResponseStarted, http.Response.StatusCode));
            return Task.CompletedTask;
        });
    }

    /// <summary>The request was refused, or failed.</summary>
    public void Refuse(Status refusal) => _refusal = refusal;

    /// <summary>The answer is complete.</summary>
    public void Complete() => log.Add(Record(AuditStage.ResponseComplete, Code()));

    private int Code()
    {
        if (_refusal is not null) return _refusal.Code;
        if (GrpcStatus() is { } status) return OfGrpc(status);
        return !http.Response.HasStarted && http.RequestAborted.IsCancellationRequested ? 0 : http.Response.StatusCode;
    }

    // Null where the request is not gRPC, or has no answer.
    private RpcCode? GrpcStatus()
    {
        const string Name = "grpc-status";
        var text = http.Response.Headers[Name].FirstOrDefault() ?? http.Features.Get<IHttpResponseTrailersFeature>()?.Trailers[Name].FirstOrDefault();
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? (RpcCode)number : null;
    }

    private int OfGrpc(RpcCode status) => status switch
    {
        RpcCode.Ok => _attributes?.Verb == "create" ? 201 : 200,
        RpcCode.Cancelled => _hasBegun ? 200 : 0,
        _ => Api.Errors.StatusCodes.HttpOf(status),
    };

    private AuditRecord Record(AuditStage stage, int code)
    {
        var context = http.Features.Get<RequestContext>();
        var asker = context?.Impersonator ?? context?.User;
        var record = new AuditRecord
        {
            AuditId = id,
            Stage = stage,
            Received = Timestamp.FromDateTimeOffset(_received),
            Latency = Duration.FromTimeSpan(time.GetElapsedTime(_started)),
            User = asker?.Name ?? "",
            ImpersonatedUser = context?.Impersonator is null ? "" : context.User.Name,
            UserAgent = Shortened(http.Request.Headers.UserAgent.ToString()),
            SourceAddress = http.Connection.RemoteIpAddress?.ToString() ?? "",
            Verb = _attributes?.Verb ?? http.Request.Method.ToLowerInvariant(),
            Path = Shortened(http.Request.Path.Value ?? ""),
            ResourceVersionBefore = context?.Trace.VersionBefore ?? "",
            ResourceVersionAfter = context?.Trace.VersionAfter ?? "",
            Code = code,
            Reason = _refusal?.Reason ?? "",
        };
        if (asker is not null) record.Groups.Add(asker.Groups);
        if (_attributes is { Resource.Length: > 0 } about) record.Object = Object(about, context?.Trace);
        return record;
    }

    private static AuditObject Object(RequestAttributes about, ObjectTrace? trace) => new()
    {
        Group = about.ApiGroup,
        Resource = about.Resource,
        Subresource = about.Subresource,
        Namespace = about.Namespace,
        Name = about.Name.Length > 0 ? about.Name : trace?.Name ?? "",
        Uid = trace?.Uid ?? "",
    };

    private static string Shortened(string text) => text.Length <= MaxText ? text : text[..MaxText] + Cut;
}
