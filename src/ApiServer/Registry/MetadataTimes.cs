using Google.Protobuf.WellKnownTypes;

namespace MiniK8s.ApiServer.Registry;

/// <summary>Times as metadata bears them: whole seconds.</summary>
internal static class MetadataTimes
{
    /// <summary>Now, cut to the second.</summary>
    public static DateTimeOffset Now(TimeProvider time)
    {
        var now = time.GetUtcNow();
        return new DateTimeOffset(now.Ticks - now.Ticks % TimeSpan.TicksPerSecond, TimeSpan.Zero);
    }

    /// <summary>The time as a message.</summary>
    public static Timestamp NowStamp(TimeProvider time) => Timestamp.FromDateTimeOffset(Now(time));
}
