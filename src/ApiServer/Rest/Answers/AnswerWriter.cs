using System.Buffers;
using System.Text.Json;

using Google.Protobuf;

using MiniK8s.Api.Codecs;
using MiniK8s.Api.Objects;
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
        await ResponseBody.WriteAsync(request.Http, answer.Code, MediaTypes.Of(request.Form.Encoding), Encode(request, answer), ct);
    }

    /// <summary>Puts the request's warnings into the headers; for answers that are streamed.</summary>
    public static void SetWarnings(ResourceRequest request) => WarningHeaders.Set(request.Http.Response, request.Context);

    /// <summary>A refusal, always as JSON.</summary>
    public static ReadOnlyMemory<byte> Encode(Status status) => Json(writer => JsonCodec.Write(writer, status, new TypeMeta("v1", "Status")));

    private ReadOnlyMemory<byte> Encode(ResourceRequest request, Answer answer)
    {
        var rendering = new Rendering(request.Kind, request.Form, request.Query.Text("includeObject"));
        return request.Form.Encoding switch
        {
            ApiEncoding.Protobuf => Protobuf(Message(rendering, answer)),
            ApiEncoding.Yaml => YamlCodec.FromJson(Json(writer => Write(writer, rendering, answer))),
            _ => Json(writer => Write(writer, rendering, answer)),
        };
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

    private static ReadOnlyMemory<byte> Json(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        using (var writer = JsonCodec.NewWriter(buffer)) write(writer);
        buffer.Write("\n"u8);
        return buffer.WrittenMemory;
    }
}
