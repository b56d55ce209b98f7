using System.IO.Pipes;
using System.Security.Cryptography;
using System.Text;

namespace MiniK8s.Lab.Cluster;

/// <summary>How <c>mk8s down</c> reaches a running lab: a named pipe, named after the lab's folder.</summary>
/// <remarks>Whoever connects asks the lab to stop; the pipe closes when the last process has ended.</remarks>
internal static class LabControl
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(2);

    /// <summary>Waits for a request to stop; the returned pipe is to be disposed once everything has stopped.</summary>
    public static async Task<NamedPipeServerStream> WaitForStopAsync(string labRoot, CancellationToken ct)
    {
        var pipe = new NamedPipeServerStream(NameOf(labRoot), PipeDirection.InOut, 1, PipeTransmissionMode.Byte, PipeOptions.Asynchronous | PipeOptions.CurrentUserOnly);
        try
        {
            await pipe.WaitForConnectionAsync(ct);
            return pipe;
        }
        catch
        {
            await pipe.DisposeAsync();
            throw;
        }
    }

    /// <summary>Asks the lab to stop and waits until it has; false when no lab answers.</summary>
    public static async Task<bool> StopAsync(string labRoot, CancellationToken ct)
    {
        await using var pipe = new NamedPipeClientStream(".", NameOf(labRoot), PipeDirection.InOut, PipeOptions.Asynchronous | PipeOptions.CurrentUserOnly);
        try
        {
            await pipe.ConnectAsync(ConnectTimeout, ct);
        }
        catch (TimeoutException)
        {
            return false;
        }
        // Nothing is ever sent: the read ends when the lab closes its end.
        await pipe.CopyToAsync(Stream.Null, ct);
        return true;
    }

    private static string NameOf(string labRoot) =>
        "mk8s-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Path.GetFullPath(labRoot))))[..16];
}
