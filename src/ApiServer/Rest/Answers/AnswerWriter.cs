using System.Buffers;
using System.Text.Json;

using Google.Protobuf;

using MiniK8s.Api.Codecs;
using MiniK8s.Api.Objects;
using MiniK8s.ApiServer.Registry;
using MiniK8s.ApiServer.Rest.Parameters;
using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.ApiServer.Rest.Answers;

/// <summary>Writes what a verb found in the form the client asked for.</summary>
internal sealed class AnswerWriter(TimeProvider time)
{
    /// <summary>Sends the answer, with the request's warnings in front.</summary>
    public async Task WriteAsync(ResourceRequest request, Answer answer, CancellationToken ct)
    {
        if (answer is Answer.Streamed) return;

        SetWarnings(request);
        var rendering = new Rendering(request.Kind, request.Form, request.Query.Text("includeObject"));
        using var body = new ChunkedBuffer();
        if (answer is Answer.List { Value: var list } && rendering.HasParts)
        {
            await WriteListAsync(request.Http, answer.Code, rendering, list, body, ct);
            return;
        }
        Encode(rendering, answer, body);
        await ResponseBody.WriteAsync(request.Http, answer.Code, MediaTypes.Of(request.Form.Encoding), body.Pieces, ct);
    }

    // What many clients ask for at once may be large, and each takes it at its own pace: no more of it is in memory than is on its way.
    private static async Task WriteListAsync(HttpContext http, int code, Rendering rendering, ObjectList list, ChunkedBuffer body, CancellationToken ct)
    {
        using var writer = JsonCodec.NewWriter(body);
        var (sent, stream) = (0L, (Stream?)null);
        foreach (var _ in rendering.WriteParts(writer, list))
        {
            if (writer.BytesCommitted + writer.BytesPending - sent <= ResponseBody.Short) continue;
            await writer.FlushAsync(ct);
            stream ??= ResponseBody.Start(http, code, MediaTypes.Json);
            foreach (var piece in body.Pieces) await stream.WriteAsync(piece, ct);
            body.Clear();
            sent = writer.BytesCommitted;
        }
        await writer.FlushAsync(ct);
        body.Write("\n"u8);
        if (stream is null)
        {
            await ResponseBody.WriteAsync(http, code, MediaTypes.Json, body.Pieces, ct);
            return;
        }
        foreach (var piece in body.Pieces) await stream.WriteAsync(piece, ct);
        await stream.DisposeAsync();
    }

    /// <summary>Puts the request's warnings into the headers; for answers that are streamed.</summary>
    public static void SetWarnings(ResourceRequest request) => WarningHeaders.Set(request.Http.Response, request.Context);

    /// <summary>A refusal, always as JSON.</summary>
    public static ReadOnlyMemory<byte> Encode(Status status) => InOnePiece(writer => JsonCodec.Write(writer, status, new TypeMeta("v1", "Status")));

    private void Encode(Rendering rendering, Answer answer, ChunkedBuffer body)
    {
        switch (rendering.Form.Encoding)
        {
            case ApiEncoding.Protobuf: body.Write(Protobuf(Message(rendering, answer)).Span); break;
            case ApiEncoding.Yaml: body.Write(YamlCodec.FromJson(InOnePiece(writer => Write(writer, rendering, answer))).AsSpan()); break;
            default: Json(body, writer => Write(writer, rendering, answer)); break;
        }
    }

    private void Write(Utf8JsonWriter writer, Rendering rendering, Answer answer)
    {
        var now = time.GetUtcNow();
        switch (answer)
        {
            case Answer.Object one: rendering.Write(writer, one.Value, now); break;
            case Answer.List many: rendering.Write(writer, many.Value, now); break;
            case Answer.Outcome outcome: JsonCodec.Write(writer, outcome.Value, new TypeMeta("v1", "Status")); break;
            default: throw new ArgumentOutOfRangeException(nameof(answer), answer, null);
        }
    }

    private static (IMessage Message, TypeMeta Type) Message(Rendering rendering, Answer answer) => answer switch
    {
        Answer.Object one => rendering.Project(one.Value),
        Answer.List many => rendering.Project(many.Value),
        Answer.Outcome outcome => (outcome.Value, new TypeMeta("v1", "Status")),
        _ => throw new ArgumentOutOfRangeException(nameof(answer), answer, null),
    };

    private static ReadOnlyMemory<byte> Protobuf((IMessage Message, TypeMeta Type) document) =>
        ProtobufCodec.Encode(document.Message, document.Type);

    private static ReadOnlyMemory<byte> InOnePiece(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        Json(buffer, write);
        return buffer.WrittenMemory;
    }

    private static void Json(IBufferWriter<byte> output, Action<Utf8JsonWriter> write)
    {
        using (var writer = JsonCodec.NewWriter(output)) write(writer);
        output.Write("\n"u8);
    }
}
