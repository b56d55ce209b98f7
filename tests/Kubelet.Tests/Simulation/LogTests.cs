using System.Text;
using MiniK8s.Kubelet.Runtime;
using MiniK8s.Kubelet.Simulation;

namespace MiniK8s.Kubelet.Tests.Simulation;

public sealed class LogTests
{
    private static readonly DateTimeOffset Noon = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Read_WithFollow_GoesOnUntilTheEnd()
    {
        await using var lab = new SimLab();
        var id = await lab.StartShellAsync("echo one; sleep 1; echo two");
        var all = new List<string>();
        var reading = Task.Run(async () =>
        {
            await foreach (var line in lab.Runtime.ReadLogsAsync(id, new LogOptions { Follow = true }, default)) all.Add(Encoding.UTF8.GetString(line.Text.Span));
        });
        await lab.Time.WaitForTimersAsync(1);

        lab.Time.Advance(TimeSpan.FromSeconds(1));

        await reading.OrMissing("the end of the log");
        Assert.Equal(["one", "two"], all);
    }

    [Theory]
    [InlineData(0, "")]
    [InlineData(1, "c\n")]
    [InlineData(2, "b\nc\n")]
    [InlineData(9, "a\nb\nc\n")]
    public async Task Read_Tail_GivesTheLastLines(int lines, string expected) =>
        Assert.Equal(expected, await TextAsync(Log("a\nb\nc\n"), new LogOptions { TailLines = lines }));

    [Fact]
    public async Task Read_LimitBytes_CutsTheLastLine() =>
        Assert.Equal("a\nb", await TextAsync(Log("a\nbb\n"), new LogOptions { LimitBytes = 3 }));

    [Fact]
    public async Task Read_Since_LeavesOlderOnesOut()
    {
        var log = new ContainerLog();
        log.Append(LogStream.Stdout, "old\n"u8, Noon);
        log.Append(LogStream.Stdout, "new\n"u8, Noon.AddSeconds(2));

        Assert.Equal("new\n", await TextAsync(log, new LogOptions { Since = Noon.AddSeconds(1) }));
    }

    [Fact]
    public async Task Append_LongLine_ComesInParts()
    {
        var lines = new List<LogLine>();
        await foreach (var line in Log(new string('x', ContainerLog.MaxLine + 1) + "\n").ReadAsync(new LogOptions(), default)) lines.Add(line);

        Assert.Equal([(ContainerLog.MaxLine, true), (1, false)], lines.Select(l => (l.Text.Length, l.IsPartial)));
    }

    [Fact]
    public async Task Append_MoreThanItKeeps_DropsTheOldest()
    {
        var log = new ContainerLog();
        for (var i = 0; i < 30_000; i++) log.Append(LogStream.Stdout, Encoding.UTF8.GetBytes($"line {i}\n"), Noon);

        var lines = new List<LogLine>();
        await foreach (var line in log.ReadAsync(new LogOptions(), default)) lines.Add(line);

        Assert.True(lines.Sum(l => l.Text.Length + 64) <= 1 << 20);
        Assert.Equal("line 29999", Encoding.UTF8.GetString(lines[^1].Text.Span));
    }

    [Fact]
    public void Timestamp_IsRfc3339WithNanoseconds() =>
        Assert.Equal("2030-01-01T12:00:00.000000100Z", new LogLine(Noon.AddTicks(1), LogStream.Stdout, default).Timestamp);

    private static ContainerLog Log(string text)
    {
        var log = new ContainerLog();
        log.Append(LogStream.Stdout, Encoding.UTF8.GetBytes(text), Noon);
        return log;
    }

    private static async Task<string> TextAsync(ContainerLog log, LogOptions options)
    {
        var text = new StringBuilder();
        await foreach (var line in log.ReadAsync(options, default)) text.Append(Encoding.UTF8.GetString(line.Text.Span)).Append(line.IsPartial ? "" : "\n");
        return text.ToString();
    }
}
