using System.Text;

namespace MiniK8s.Client.Events;

// An event's message holds 1024 bytes of UTF-8.
internal static class EventText
{
    private const int MaxBytes = 1024;
    private const string Ellipsis = " ...";

    public static string Cut(string message)
    {
        if (Encoding.UTF8.GetByteCount(message) <= MaxBytes) return message;

        var kept = new StringBuilder();
        var room = MaxBytes - Ellipsis.Length;
        foreach (var rune in message.EnumerateRunes())
        {
            room -= rune.Utf8SequenceLength;
            if (room < 0) break;
            kept.Append(rune);
        }
        return kept.Append(Ellipsis).ToString();
    }
}
