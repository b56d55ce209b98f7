namespace MiniK8s.Store.Wal;

/// <summary>The disk has no room for a batch. Nothing of it is in the log, and the log goes on as before.</summary>
internal sealed class LogFullException(Exception inner) : Exception("the disk has no room for the log", inner)
{
    /// <summary>Whether the system says that the disk, or the user's part of it, is full.</summary>
    public static bool IsMeant(IOException exception) => OperatingSystem.IsWindows()
        ? exception.HResult is unchecked((int)0x80070070) or unchecked((int)0x80070027)
        : exception.HResult is LibC.ENOSPC or LibC.EDQUOT;
}
