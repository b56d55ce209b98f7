using System.Buffers.Text;
using System.Diagnostics;
using System.Globalization;

namespace MiniK8s.Load;

/// <summary>The moments that stand in an encoded watch response: whoever writes puts <see cref="Now"/> somewhere into the value.</summary>
/// <param name="response">A message of any kind, or a piece of one; of it only what is measured is read, and a moment only where it is whole.</param>
internal ref struct SendingTimes(ReadOnlySpan<byte> response)
{
    /// <summary>How long what <see cref="Now"/> gives is.</summary>
    public const int MarkBytes = 8 + Digits;

    private const int Digits = 16;
    private ReadOnlySpan<byte> _rest = response;

    private static ReadOnlySpan<byte> Mark => "sent-at:"u8;

    /// <summary>The present moment, as it is found again.</summary>
    public static string Now => string.Create(CultureInfo.InvariantCulture, $"sent-at:{Stopwatch.GetTimestamp():x16}");

    /// <summary>The moment, in ticks of the stopwatch.</summary>
    public long Current { get; private set; }

    public readonly SendingTimes GetEnumerator() => this;

    public bool MoveNext()
    {
        var at = _rest.IndexOf(Mark);
        if (at < 0 || _rest.Length - at < MarkBytes) return false;
        _rest = _rest[(at + Mark.Length)..];
        if (!Utf8Parser.TryParse(_rest[..Digits], out long sent, out _, 'x')) throw new InvalidDataException("After the mark there is no moment.");
        Current = sent;
        return true;
    }
}
