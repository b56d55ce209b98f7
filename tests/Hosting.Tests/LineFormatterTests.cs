using MiniK8s.Hosting.Logs;
using Serilog.Events;
using Serilog.Parsing;

namespace MiniK8s.Hosting.Tests;

public sealed class LineFormatterTests
{
    [Fact]
    public void Format_TextWithBreaksAndAnException_IsOneLine()
    {
        var template = new MessageTemplateParser().Parse("Pod {Pod} left\n{Count} behind");
        LogEventProperty[] properties =
        [
            new("Pod", new ScalarValue("default/a")), new("Count", new ScalarValue(1.5)), new("SourceContext", new ScalarValue("MiniK8s.Kubelet.PodWorker")),
        ];
        var entry = new LogEvent(new(2030, 1, 1, 13, 0, 0, 1, TimeSpan.FromHours(1)), LogEventLevel.Warning, new IOException("a\nb"), template, properties);
        var output = new StringWriter();

        new LineFormatter().Format(entry, output);

        Assert.Equal("2030-01-01T12:00:00.001Z WRN PodWorker: Pod default/a left\\n1.5 behind | System.IO.IOException: a\\nb\n", output.ToString());
    }
}
