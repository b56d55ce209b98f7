using System.Globalization;

using Google.Protobuf.WellKnownTypes;

using MiniK8s.Api.Errors;

namespace MiniK8s.Api.Codecs;

/// <summary>Times in JSON: RFC 3339 in UTC, whole seconds, or exactly six decimals for a MicroTime.</summary>
internal static class JsonTime
{
    private const string Layout = "2006-01-02T15:04:05Z07:00";
    private const string MicroLayout = "2006-01-02T15:04:05.000000Z07:00";

    // The latest and the first second a four-digit year can show.
    private const long MaxSeconds = 253402300799;
    private const long MinSeconds = -62135596800;

    public static string Format(Timestamp time, bool isMicro)
    {
        var instant = DateTimeOffset.FromUnixTimeSeconds(long.Clamp(time.Seconds, MinSeconds, MaxSeconds)).AddTicks(time.Nanos / 100);
        return instant.ToString(isMicro ? "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'" : "yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
    }

    /// <exception cref="CodecException">The text is no such time.</exception>
    public static Timestamp Parse(string text, bool isMicro)
    {
        var scanner = new Scanner(text, isMicro ? MicroLayout : Layout);
        var year = scanner.Number(4, "2006", 0, 9999, "year");
        scanner.Literal('-', "-");
        var month = scanner.Number(2, "01", 1, 12, "month");
        scanner.Literal('-', "-");
        var day = scanner.Number(2, "02", 1, 31, "day");
        scanner.Literal('T', "T");
        var hour = scanner.Number(2, "15", 0, 23, "hour");
        scanner.Literal(':', ":");
        var minute = scanner.Number(2, "04", 0, 59, "minute");
        scanner.Literal(':', ":");
        var second = scanner.Number(2, "05", 0, 59, "second");
        var nanos = isMicro ? scanner.Micros() : scanner.SkipFraction();
        var offset = scanner.Zone();
        if (year < 1 || day > DateTime.DaysInMonth(year, month)) throw scanner.OutOfRange("day");

        var instant = new DateTimeOffset(year, month, day, hour, minute, second, TimeSpan.Zero) - offset;
        return new() { Seconds = instant.ToUnixTimeSeconds(), Nanos = nanos };
    }

    private struct Scanner(string text, string layout)
    {
        private int _at;

        public int Number(int digits, string element, int min, int max, string what)
        {
            if (_at + digits > text.Length || !text.AsSpan(_at, digits).ContainsOnlyDigits()) throw Cannot(element);
            var number = int.Parse(text.AsSpan(_at, digits), CultureInfo.InvariantCulture);
            if (number < min || number > max) throw OutOfRange(what);
            _at += digits;
            return number;
        }

        public void Literal(char wanted, string element)
        {
            if (_at >= text.Length || text[_at] != wanted) throw Cannot(element);
            _at++;
        }

        public int Micros()
        {
            Literal('.', ".000000");
            return Number(6, ".000000", 0, 999_999, "microsecond") * 1000;
        }

        public int SkipFraction()
        {
            if (_at + 1 >= text.Length || text[_at] is not ('.' or ',') || !char.IsAsciiDigit(text[_at + 1])) return 0;
            _at++;
            while (_at < text.Length && char.IsAsciiDigit(text[_at])) _at++;
            return 0;
        }

        public TimeSpan Zone()
        {
            if (_at < text.Length && text[_at] == 'Z')
            {
                _at++;
                End();
                return TimeSpan.Zero;
            }
            if (_at >= text.Length || text[_at] is not ('+' or '-')) throw Cannot("Z07:00");
            var sign = text[_at++] == '-' ? -1 : 1;
            var hours = Number(2, "Z07:00", 0, 24, "time zone offset hour");
            Literal(':', "Z07:00");
            var minutes = Number(2, "Z07:00", 0, 60, "time zone offset minute");
            End();
            return sign * new TimeSpan(hours, minutes, 0);
        }

        public readonly CodecException OutOfRange(string what) => new($"parsing time {GoText.Quote(text)}: {what} out of range");

        private readonly void End()
        {
            if (_at != text.Length) throw new CodecException($"parsing time {GoText.Quote(text)}: extra text: {GoText.Quote(text[_at..])}");
        }

        private readonly CodecException Cannot(string element) =>
            new($"parsing time {GoText.Quote(text)} as {GoText.Quote(layout)}: cannot parse {GoText.Quote(text[_at..])} as {GoText.Quote(element)}");
    }

    private static bool ContainsOnlyDigits(this ReadOnlySpan<char> span) => !span.ContainsAnyExceptInRange('0', '9');
}
