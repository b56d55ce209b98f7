using MiniK8s.Kubelet.Simulation.Files;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Disk;

/// <summary>touch: now, or the time of <c>-d</c>, <c>-t</c> or of another file (<c>-r</c>); <c>-c</c> creates nothing.</summary>
internal sealed class Touch() : EachOperand("touch", "rdt")
{
    protected override ValueTask ApplyAsync(SimProcess self, Arguments options, string path)
    {
        DateTimeOffset? time = null;
        if (options.TryValue(out var text, "d", "t"))
            time = Dates.Parse(text, self.Clock.Now) ?? throw new FileError($"invalid date '{text}'");
        else if (options.TryValue(out var reference, "r")) time = self.Files.Demand(reference).ModifiedAt;
        if (!self.Files.Exists(path))
        {
            if (options.Has("c")) return ValueTask.CompletedTask;
            self.Files.OpenWrite(path, append: true).Release();
        }
        self.Files.SetAttributes(path, touch: true, modifiedAt: time);
        return ValueTask.CompletedTask;
    }

    protected override string Failure(string path, FileError error) => error.Message.StartsWith("invalid", StringComparison.Ordinal) ? error.Message : $"{path}: {error.Message}";
}
