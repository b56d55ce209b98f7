using System.Text;
using MiniK8s.Kubelet.Simulation.Files;

namespace MiniK8s.Kubelet.Simulation.Shell;

/// <summary>Lines of a file, read no further than they reach, so that commands that read the same file get the rest.</summary>
internal sealed class LineReader(OpenFile file, Processes.WorkMeter? work = null)
{
    private const int MaxLine = 1 << 20;
    private const int BytewiseWork = 8;
    private readonly byte[] _one = new byte[1];

    /// <summary>Without the line end; null at the end of the file.</summary>
    public async ValueTask<string?> ReadLineAsync(CancellationToken ct)
    {
        var line = new MemoryStream();
        while (line.Length < MaxLine)
        {
            if (await file.ReadAsync(_one, ct) == 0) return line.Length == 0 ? null : Encoding.UTF8.GetString(line.ToArray());
            if (_one[0] == '\n') break;
            line.WriteByte(_one[0]);
        }
        if (work is not null) await work.PayAsync(BytewiseWork * line.Length);
        return Encoding.UTF8.GetString(line.ToArray());
    }
}
