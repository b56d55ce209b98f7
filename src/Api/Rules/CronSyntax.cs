using System.Globalization;

using MiniK8s.Api.Errors;

namespace MiniK8s.Api.Rules;

/// <summary>The syntax of a CronJob's schedule, with the complaints of the library that Kubernetes reads it with (robfig/cron v3).</summary>
/// <remarks>
/// schedule   = descriptor | minute hour day-of-month month day-of-week
/// field      = range { "," range }
/// range      = ( "*" | "?" | value [ "-" value ] ) [ "/" step ]
/// descriptor = @yearly | @annually | @monthly | @weekly | @daily | @midnight | @hourly | @every duration
/// A time zone may stand in front (TZ=Zone or CRON_TZ=Zone); whether it is allowed is not decided here.
/// </remarks>
internal static class CronSyntax
{
    private static readonly Bounds[] Fields =
    [
        new(0, 59, []), new(0, 23, []), new(1, 31, []),
        new(1, 12, ["", "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]),
        new(0, 6, ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]),
    ];

    private static readonly string[] Descriptors = ["@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"];

    /// <summary>What is wrong with a schedule; null if nothing is.</summary>
    public static string? FaultIn(string schedule)
    {
        if (schedule.StartsWith("TZ=", StringComparison.Ordinal) || schedule.StartsWith("CRON_TZ=", StringComparison.Ordinal))
        {
            var zone = schedule[(schedule.IndexOf('=') + 1)..].Split(' ', 2);
            if (!TimeZoneInfo.TryFindSystemTimeZoneById(zone[0], out _)) return $"provided bad location {zone[0]}: unknown time zone {zone[0]}";
            schedule = zone.Length > 1 ? zone[1].Trim() : "";
        }
        if (schedule.Length == 0) return "empty spec string";
        if (schedule.StartsWith('@')) return DescriptorFault(schedule);

        var fields = schedule.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length != Fields.Length) return $"expected exactly {Fields.Length} fields, found {fields.Length}: [{string.Join(' ', fields)}]";
        return fields.Zip(Fields).Select(field => FieldFault(field.First, field.Second)).FirstOrDefault(fault => fault is not null);
    }

    private static string? DescriptorFault(string descriptor)
    {
        const string Every = "@every ";
        if (Descriptors.Contains(descriptor)) return null;
        if (!descriptor.StartsWith(Every, StringComparison.Ordinal)) return $"unrecognized descriptor: {descriptor}";
        return GoDuration.FaultIn(descriptor[Every.Length..]) is { } fault ? $"failed to parse duration {descriptor}: {fault}" : null;
    }

    private static string? FieldFault(string field, Bounds bounds) =>
        field.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(range => RangeFault(range, bounds)).FirstOrDefault(fault => fault is not null);

    private static string? RangeFault(string range, Bounds bounds)
    {
        var parts = range.Split('/');
        var ends = parts[0].Split('-');
        var (start, end, step) = (bounds.Min, bounds.Max, 1L);
        if (ends[0] is not ("*" or "?"))
        {
            if (Number(ends[0], bounds, out start) is { } fault) return fault;
            end = start;
            if (ends.Length > 2) return $"too many hyphens: {range}";
            if (ends.Length == 2 && Number(ends[1], bounds, out end) is { } endFault) return endFault;
        }
        if (parts.Length > 2) return $"too many slashes: {range}";
        if (parts.Length == 2)
        {
            if (Number(parts[1], out step) is { } fault) return fault;
            // N/step goes from N to the end.
            if (ends.Length == 1) end = bounds.Max;
        }
        if (start < bounds.Min) return $"beginning of range ({start}) below minimum ({bounds.Min}): {range}";
        if (end > bounds.Max) return $"end of range ({end}) above maximum ({bounds.Max}): {range}";
        if (start > end) return $"beginning of range ({start}) beyond end of range ({end}): {range}";
        return step == 0 ? $"step of range should be a positive number: {range}" : null;
    }

    private static string? Number(string text, Bounds bounds, out long number)
    {
        number = Array.IndexOf(bounds.Names, text.ToLowerInvariant());
        return text.Length > 0 && number >= 0 ? null : Number(text, out number);
    }

    private static string? Number(string text, out long number)
    {
        if (!long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number))
        {
            var isNumber = text.AsSpan().TrimStart("+-") is { Length: > 0 } digits && digits.IndexOfAnyExceptInRange('0', '9') < 0;
            return $"failed to parse int from {text}: strconv.Atoi: parsing {GoText.Quote(text)}: {(isNumber ? "value out of range" : "invalid syntax")}";
        }
        return number < 0 ? $"negative number ({number}) not allowed: {text}" : null;
    }

    private sealed record Bounds(long Min, long Max, string[] Names);
}
