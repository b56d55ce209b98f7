using MiniK8s.Kubelet.Simulation.Files;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Disk;

internal sealed class ChangeMode() : EachOperand("chmod")
{
    protected override IEnumerable<string> Operands(Arguments options) => options.Operands.Skip(1);

    protected override ValueTask ApplyAsync(SimProcess self, Arguments options, string path)
    {
        Apply(self, options.Operands[0], path, options.Has("R"));
        return ValueTask.CompletedTask;
    }

    private static void Apply(SimProcess self, string mode, string path, bool recursive)
    {
        var node = self.Files.Find(path) ?? throw FileError.NotFound;
        self.Files.SetAttributes(path, mode: NewMode(mode, node.Mode));
        if (recursive && node is DirectoryNode)
            foreach (var (name, _) in self.Files.List(path)) Apply(self, mode, $"{path}/{name}", recursive);
    }

    private static int NewMode(string text, int mode)
    {
        if (text.All(char.IsAsciiDigit)) return Convert.ToInt32(text, 8) & 0b111_111_111;
        foreach (var clause in text.Split(','))
        {
            var at = clause.IndexOfAny(['+', '-', '=']);
            if (at < 0) throw new FileError($"invalid mode '{text}'");
            var who = clause[..at] is "" or "a" ? "ugo" : clause[..at];
            var bits = (clause.Contains('r') ? 4 : 0) | (clause.Contains('w') ? 2 : 0) | (clause[at..].Contains('x') ? 1 : 0);
            foreach (var w in who)
            {
                var shift = w == 'u' ? 6 : w == 'g' ? 3 : 0;
                mode = clause[at] switch { '+' => mode | bits << shift, '-' => mode & ~(bits << shift), _ => mode & ~(7 << shift) | bits << shift };
            }
        }
        return mode;
    }
}
