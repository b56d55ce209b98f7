using Google.Protobuf.WellKnownTypes;

using Microsoft.Extensions.Logging;

using MiniK8s.ApiServer.Audit;
using MiniK8s.Protocol.V1;

namespace MiniK8s.ApiServer.Tests.Audit;

public sealed class AuditLogTests
{
    [Fact]
    public void Add_OneLineTellsWhoDidWhatToWhichVersion()
    {
        var lines = new Lines();

        new AuditLog(new AuditFeed(), lines).Add(new AuditRecord
        {
            AuditId = "id", User = "alice", Verb = "create", Code = 201, Stage = AuditStage.ResponseComplete, UserAgent = "kubectl", SourceAddress = "::1",
            Object = new() { Group = "apps", Resource = "deployments", Subresource = "scale", Namespace = "team", Name = "web" },
            ResourceVersionBefore = "7", ResourceVersionAfter = "8", Latency = Duration.FromTimeSpan(TimeSpan.FromMilliseconds(1.5)),
        });

        Assert.Equal(
            [(LogLevel.Information, "alice create deployments.apps/scale team/web: 201 - ResponseComplete after 1.5 ms, version 7 to 8, from ::1 by kubectl, id")],
            lines.Written);
    }

    [Fact]
    public void Add_AnsweredProbe_IsNotWritten()
    {
        var lines = new Lines();

        new AuditLog(new AuditFeed(), lines).Add(new AuditRecord { Path = "/healthz", Code = 200, Latency = new() });

        Assert.Empty(lines.Written);
    }

    private sealed class Lines : ILogger<AuditLog>
    {
        public List<(LogLevel Level, string Text)> Written { get; } = [];

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Written.Add((logLevel, formatter(state, exception)));
    }
}
