using System.Globalization;
using Serilog.Events;
using Serilog.Formatting;
using Serilog.Parsing;

namespace MiniK8s.Hosting.Logs;

/// <summary>One event, one line: <c>2030-01-01T12:00:00.000Z INF CommitPipeline: Revision 7 is durable</c>. Line breaks become <c>\n</c>.</summary>
internal sealed class LineFormatter : ITextFormatter
{
    public void Format(LogEvent logEvent, TextWriter output)
    {
        output.Write(logEvent.Timestamp.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", null));
        output.Write(' ');
        output.Write(Level(logEvent.Level));
        output.Write(' ');
        output.Write(Source(logEvent));
        output.Write(": ");
        output.Write(OneLine(Message(logEvent)));
        if (logEvent.Exception is { } exception) output.Write(" | " + OneLine(exception.ToString()));
        output.Write('\n');
    }

    private static string Level(LogEventLevel level) => level switch
    {
        LogEventLevel.Verbose => "TRC",
        LogEventLevel.Debug => "DBG",
        LogEventLevel.Information => "INF",
        LogEventLevel.Warning => "WRN",
        LogEventLevel.Error => "ERR",
        _ => "CRT",
    };

    // The category's last name is enough to find the type.
    private static string Source(LogEvent logEvent)
    {
        var category = logEvent.Properties.TryGetValue("SourceContext", out var value) && value is ScalarValue { Value: string name } ? name : "process";
        return category[(category.LastIndexOf('.') + 1)..];
    }

    // As RenderMessage does, but text stands as it is, without quotes.
    private static string Message(LogEvent logEvent)
    {
        var text = new StringWriter(CultureInfo.InvariantCulture);
        foreach (var token in logEvent.MessageTemplate.Tokens)
        {
            var value = token is PropertyToken property ? logEvent.Properties.GetValueOrDefault(property.PropertyName) : null;
            if (value is ScalarValue { Value: string plain }) text.Write(plain);
            else token.Render(logEvent.Properties, text, CultureInfo.InvariantCulture);
        }
        return text.ToString();
    }

    private static string OneLine(string text) => text.ReplaceLineEndings("\\n");
}
