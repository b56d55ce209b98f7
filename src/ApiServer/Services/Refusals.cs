using Google.Protobuf;

using Grpc.Core;

using MiniK8s.Api.Errors;
using MiniK8s.ApiServer.Audit;

using KubernetesStatus = MiniK8s.Protocol.Meta.V1.Status;

namespace MiniK8s.ApiServer.Services;

/// <summary>Refusals on gRPC: the code from the table in Api/Errors, the message, and the whole Status in a trailer.</summary>
internal static class Refusals
{
    /// <summary>The trailer that bears the Kubernetes Status, serialized.</summary>
    public const string StatusTrailer = "minik8s-status-bin";

    // Clients bound the size of trailers; a validation error can quote a whole object.
    private const int MaxMessage = 4096;
    private const int MaxStatusBytes = 8192;

    /// <summary>Runs a call and turns its refusal into gRPC's.</summary>
    public static async Task<T> GuardAsync<T>(Func<Task<T>> call, ServerCallContext context)
    {
        try
        {
            return await call();
        }
        catch (ApiException ex)
        {
            context.GetHttpContext().Audit()?.Refuse(ex.Status);
            throw Of(ex);
        }
        catch (OperationCanceledException) when (context.CancellationToken.IsCancellationRequested)
        {
            throw new RpcException(new Status(StatusCode.Cancelled, "the call was cancelled"));
        }
    }

    /// <summary>Likewise for streams.</summary>
    public static Task GuardAsync(Func<Task> call, ServerCallContext context) =>
        GuardAsync(async () => { await call(); return true; }, context);

    /// <summary>Whether a request is a gRPC call, by its Content-Type.</summary>
    public static bool IsGrpc(this HttpContext http) => http.Request.ContentType?.StartsWith("application/grpc", StringComparison.Ordinal) == true;

    /// <summary>The exception that carries a refusal.</summary>
    public static RpcException Of(ApiException refusal)
    {
        var status = Fitting(refusal.Status);
        var trailers = new Metadata { { StatusTrailer, status.ToByteArray() } };
        return new RpcException(new Status((StatusCode)refusal.RpcCode, status.Message), trailers);
    }

    /// <summary>Answers a request that never reaches a service.</summary>
    public static Task WriteTrailersOnlyAsync(HttpContext http, ApiException refusal)
    {
        http.Response.StatusCode = 200;
        http.Response.ContentType = "application/grpc";
        http.Response.Headers["grpc-status"] = ((int)refusal.RpcCode).ToString(System.Globalization.CultureInfo.InvariantCulture);
        http.Response.Headers["grpc-message"] = Uri.EscapeDataString(refusal.Status.Message);
        http.Response.Headers[StatusTrailer] = Convert.ToBase64String(refusal.Status.ToByteArray());
        return Task.CompletedTask;
    }

    private static KubernetesStatus Fitting(KubernetesStatus status)
    {
        if (status.CalculateSize() <= MaxStatusBytes) return status;
        var shorter = status.Clone();
        shorter.Message = Cut(shorter.Message);
        while (shorter.Details?.Causes.Count > 0 && shorter.CalculateSize() > MaxStatusBytes)
        {
            shorter.Details.Causes.RemoveAt(shorter.Details.Causes.Count - 1);
        }
        return shorter;
    }

    private static string Cut(string text) => text.Length <= MaxMessage ? text : text[..MaxMessage] + " ...";
}
