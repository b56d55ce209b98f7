using System.Text;
using System.Text.Json;

using Google.Protobuf;
using Google.Protobuf.Reflection;

using Grpc.Core;

using MiniK8s.Protocol.Etcd;

namespace MiniK8s.Robustness.Tests.History;

/// <summary>A history as JSON lines, so that a failure can be judged again, and read by people.</summary>
/// <remarks>
/// <code>
/// {"line":"call","client":3,"id":17,"start":120,"end":950,"verb":"PutRequest","request":{…},"answer":{…}}
/// {"line":"call","client":3,"id":18,"start":990,"end":2990,"verb":"PutRequest","request":{…},"error":"DeadlineExceeded","text":"…"}
/// {"line":"stream-request","stream":2,"at":10,"request":{…}}     {"line":"stream-response","stream":2,"at":12,"response":{…}}
/// {"line":"stream-end","stream":2,"at":99,"error":"Unavailable","text":"…"}
/// {"line":"fault","name":"kill","start":500,"end":520}           {"line":"process-start","at":0}   {"line":"process-end","at":520,"code":137}
/// {"line":"log-revision","revision":2,"changes":[{…}]}           {"line":"log-compaction","revision":40}
/// {"line":"log-grant","id":7,"ttl":5}                            {"line":"log-revoke","id":7}
/// </code>
/// Messages are protobuf's own JSON (bytes as base64). An answer's type follows from the request's: PutRequest, PutResponse.
/// </remarks>
internal static class HistoryFile
{
    private static readonly Dictionary<string, MessageDescriptor> Types = ((FileDescriptor[])
        [PutRequest.Descriptor.File, LeaseGrantRequest.Descriptor.File, WatchRequest.Descriptor.File, HashKVRequest.Descriptor.File, KeyValue.Descriptor.File])
        .SelectMany(file => file.MessageTypes).ToDictionary(type => type.Name);

    /// <summary>Writes the lines.</summary>
    public static void Write(string path, IEnumerable<HistoryLine> lines)
    {
        using var output = new StreamWriter(path, append: false, new UTF8Encoding(false));
        foreach (var line in lines) output.WriteLine(ToJson(line));
    }

    /// <summary>Reads lines back.</summary>
    /// <exception cref="InvalidDataException">A line is not one of a history.</exception>
    public static List<HistoryLine> Read(string path) => [.. File.ReadLines(path).Where(text => text.Length > 0).Select(FromJson)];

    private static string ToJson(HistoryLine line)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            Write(json, line);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    private static void Write(Utf8JsonWriter json, HistoryLine line)
    {
        switch (line)
        {
            case CallLine call:
                Write(json, "call", ("client", call.Client), ("id", call.Id), ("start", call.Start), ("end", call.End));
                json.WriteString("verb", call.Request.Descriptor.Name);
                Write(json, "request", call.Request);
                Write(json, "answer", call.Answer);
                Write(json, call.Error);
                break;
            case StreamRequestLine request:
                Write(json, "stream-request", ("stream", request.Stream), ("at", request.At));
                Write(json, "request", request.Request);
                break;
            case StreamResponseLine response:
                Write(json, "stream-response", ("stream", response.Stream), ("at", response.At));
                Write(json, "response", response.Response);
                break;
            case StreamEndLine end:
                Write(json, "stream-end", ("stream", end.Stream), ("at", end.At));
                Write(json, end.Error);
                break;
            case FaultLine fault:
                Write(json, "fault", ("start", fault.Start), ("end", fault.End));
                json.WriteString("name", fault.Name);
                break;
            case ProcessStartLine start:
                Write(json, "process-start", ("launched", start.Launched), ("at", start.At));
                break;
            case ProcessEndLine end:
                Write(json, "process-end", ("at", end.At), ("code", end.ExitCode));
                break;
            default:
                WriteLog(json, (LogLine)line);
                break;
        }
    }

    private static void WriteLog(Utf8JsonWriter json, LogLine line)
    {
        switch (line)
        {
            case LogRevisionLine revision:
                Write(json, "log-revision", ("revision", revision.Revision));
                json.WriteStartArray("changes");
                foreach (var change in revision.Changes) json.WriteRawValue(JsonFormatter.Default.Format(change));
                json.WriteEndArray();
                break;
            case LogCompactionLine compaction:
                Write(json, "log-compaction", ("revision", compaction.Revision));
                break;
            case LogGrantLine grant:
                Write(json, "log-grant", ("id", grant.Id), ("ttl", grant.Ttl));
                break;
            case LogRevokeLine revoke:
                Write(json, "log-revoke", ("id", revoke.Id));
                break;
            default:
                throw new ArgumentException($"{line.GetType().Name} has no form in the file.", nameof(line));
        }
    }

    private static void Write(Utf8JsonWriter json, string kind, params ReadOnlySpan<(string Name, long Value)> numbers)
    {
        json.WriteString("line", kind);
        foreach (var (name, value) in numbers) json.WriteNumber(name, value);
    }

    private static void Write(Utf8JsonWriter json, string name, IMessage? message)
    {
        if (message is null) return;
        json.WritePropertyName(name);
        json.WriteRawValue(JsonFormatter.Default.Format(message));
    }

    private static void Write(Utf8JsonWriter json, CallError? error)
    {
        if (error is null) return;
        json.WriteString("error", error.Code.ToString());
        json.WriteString("text", error.Text);
    }

    private static HistoryLine FromJson(string text)
    {
        using var document = JsonDocument.Parse(text);
        var json = document.RootElement;
        long Number(string name) => json.GetProperty(name).GetInt64();
        return json.GetProperty("line").GetString() switch
        {
            "call" => ReadCall(json),
            "stream-request" => new StreamRequestLine(Number("stream"), Number("at"), (WatchRequest)Message(json, "request", "WatchRequest")!),
            "stream-response" => new StreamResponseLine(Number("stream"), Number("at"), (WatchResponse)Message(json, "response", "WatchResponse")!),
            "stream-end" => new StreamEndLine(Number("stream"), Number("at"), Error(json)),
            "fault" => new FaultLine(json.GetProperty("name").GetString()!, Number("start"), Number("end")),
            "process-start" => new ProcessStartLine(Number("launched"), Number("at")),
            "process-end" => new ProcessEndLine(Number("at"), (int)Number("code")),
            "log-revision" => new LogRevisionLine(Number("revision"), [.. json.GetProperty("changes").EnumerateArray().Select(Value)]),
            "log-compaction" => new LogCompactionLine(Number("revision")),
            "log-grant" => new LogGrantLine(Number("id"), Number("ttl")),
            "log-revoke" => new LogRevokeLine(Number("id")),
            var other => throw new InvalidDataException($"unknown line {other}"),
        };
    }

    private static CallLine ReadCall(JsonElement json)
    {
        var verb = json.GetProperty("verb").GetString()!;
        return new CallLine(
            json.GetProperty("client").GetInt32(),
            json.GetProperty("id").GetInt64(),
            json.GetProperty("start").GetInt64(),
            json.GetProperty("end").GetInt64(),
            Message(json, "request", verb)!,
            Message(json, "answer", verb.Replace("Request", "Response", StringComparison.Ordinal)),
            Error(json));
    }

    private static KeyValue Value(JsonElement json) => KeyValue.Parser.ParseJson(json.GetRawText());

    private static IMessage? Message(JsonElement json, string name, string type) =>
        json.TryGetProperty(name, out var message) ? JsonParser.Default.Parse(message.GetRawText(), Types[type]) : null;

    private static CallError? Error(JsonElement json) => json.TryGetProperty("error", out var code)
        ? new CallError(Enum.Parse<StatusCode>(code.GetString()!), json.GetProperty("text").GetString()!)
        : null;
}
