using System.Buffers;

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
        if (request.ContentLength > Limit) throw TooLarge();

        while (true)
        {
            var read = await request.BodyReader.ReadAsync(ct);
            if (read.Buffer.Length > Limit) throw TooLarge();
            if (read.IsCompleted)
            {
                var body = read.Buffer.ToArray();
                request.BodyReader.AdvanceTo(read.Buffer.End);
                return body;
            }
            request.BodyReader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    private static ApiException TooLarge() => StatusErrors.RequestEntityTooLarge($"limit is {Limit}");
}
