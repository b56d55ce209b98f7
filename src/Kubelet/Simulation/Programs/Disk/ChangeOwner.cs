using System.Globalization;
using MiniK8s.Kubelet.Simulation.Files;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Disk;

internal sealed class ChangeOwner() : EachOperand("chown")
{
    protected override IEnumerable<string> Operands(Arguments options) => options.Operands.Skip(1);

    protected override ValueTask ApplyAsync(SimProcess self, Arguments options, string path)
    {
        var parts = options.Operands[0].Split(':');
        if (self.Files.Find(path) is null) throw FileError.NotFound;
        self.Files.SetAttributes(path, uid: Id(parts[0]), gid: parts.Length > 1 ? Id(parts[1]) : null);
        return ValueTask.CompletedTask;
    }

    private static long? Id(string text) => long.TryParse(text, CultureInfo.InvariantCulture, out var id) ? id : text == "root" ? 0 : null;
}
