using System.Buffers;

using Microsoft.AspNetCore.Http.Features;

using MiniK8s.Api.Errors;

namespace MiniK8s.ApiServer.Rest.Bodies;

/// <summary>Reads a request's body whole, up to a bound.</summary>
internal static class RequestBody
{
    /// <summary>Bytes a body may have: as much as the store takes, and room for what JSON adds.</summary>
    public const int Limit = 3 * 1024 * 1024;

    /// <summary>The body; empty where there is none.</summary>
    /// <exception cref="ApiException">413: there are more bytes than <see cref="Limit"/>.</exception>
    public static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpRequest request, CancellationToken ct)
    {
        if (request.ContentLength > Limit) throw TooLarge(request);

        while (true)
        {
            var read = await request.BodyReader.ReadAsync(ct);
            if (read.Buffer.Length > Limit) throw TooLarge(request);
            if (read.IsCompleted)
            {
                var body = read.Buffer.ToArray();
                request.BodyReader.AdvanceTo(read.Buffer.End);
                return body;
            }
            request.BodyReader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    // Kestrel takes the rest of the body, for a short while, so that the client gets to read the answer; its own limit would break off.
    private static ApiException TooLarge(HttpRequest request)
    {
        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } kestrel) kestrel.MaxRequestBodySize = null;
        return StatusErrors.RequestEntityTooLarge($"limit is {Limit}");
    }
}
