using System.Globalization;
using System.Text;
using MiniK8s.Kubelet.Simulation.Files;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Disk;

/// <summary>ls, one name a line as where no terminal reads it: <c>-a -A -d -l -n -s -i -F -p -R -r -S -t -h</c>.</summary>
internal sealed class ListFiles : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var options = new Arguments(arguments);
        var status = 0;
        var files = new List<KeyValuePair<string, FileNode>>();
        var directories = new List<KeyValuePair<string, FileNode>>();
        foreach (var path in options.Operands.Count == 0 ? ["."] : options.Operands)
        {
            try
            {
                var node = self.Files.Demand(path, followLast: !options.Has("l", "n") || path.EndsWith('/'));
                (node is DirectoryNode && !options.Has("d") ? directories : files).Add(new(path, node));
            }
            catch (FileError error)
            {
                await self.ErrorAsync($"ls: {path}: {error.Message}");
                status = 1;
            }
        }
        await ShowAsync(self, options, Sorted(options, files));
        var hasShown = files.Count > 0;
        foreach (var (path, _) in Sorted(options, directories))
            hasShown = await ShowDirectoryAsync(self, options, path, named: directories.Count + files.Count > 1 || options.Has("R"), hasShown);
        return status;
    }

    private static async ValueTask<bool> ShowDirectoryAsync(SimProcess self, Arguments options, string path, bool named, bool hasShown)
    {
        await self.Kernel.Throttle.StepAsync(self);
        if (named) await self.WriteLineAsync($"{(hasShown ? "\n" : "")}{path}:");
        List<KeyValuePair<string, FileNode>> entries = [.. self.Files.List(path).Where(e => options.Has("a", "A") || e.Key[0] != '.')];
        if (options.Has("l", "n")) await self.WriteLineAsync($"total {entries.Count * 4}");
        if (options.Has("a")) entries.InsertRange(0, [Entry("."), Entry("..")]);
        var sorted = Sorted(options, entries);
        await ShowAsync(self, options, sorted);
        if (options.Has("R"))
            foreach (var (name, _) in sorted.Where(e => e.Value is DirectoryNode && e.Key is not ("." or "..")))
                await ShowDirectoryAsync(self, options, $"{path.TrimEnd('/')}/{name}", named: true, hasShown: true);
        return true;

        KeyValuePair<string, FileNode> Entry(string name) => new(name, self.Files.Find($"{path}/{name}") ?? new DirectoryNode());
    }

    private static List<KeyValuePair<string, FileNode>> Sorted(Arguments options, IEnumerable<KeyValuePair<string, FileNode>> entries)
    {
        var byName = entries.OrderBy(e => e.Key, StringComparer.Ordinal);
        List<KeyValuePair<string, FileNode>> sorted = options.Has("t") ? [.. byName.OrderByDescending(e => e.Value.ModifiedAt)]
            : options.Has("S") ? [.. byName.OrderByDescending(e => SizeOf(e.Value))] : [.. byName];
        if (options.Has("r")) sorted.Reverse();
        return sorted;
    }

    private static async ValueTask ShowAsync(SimProcess self, Arguments options, List<KeyValuePair<string, FileNode>> entries)
    {
        foreach (var (name, node) in entries)
        {
            var shown = name + Mark(options, node);
            await self.WriteLineAsync(options.Has("l", "n") ? LongRow(shown, node, numeric: options.Has("n")) : options.Has("s") ? $"{(SizeOf(node) + 4095) / 4096 * 4,6} {shown}" : shown);
        }
    }

    private static string Mark(Arguments options, FileNode node) => node switch
    {
        DirectoryNode when options.Has("F", "p") => "/",
        SymbolicLink when options.Has("F") && !options.Has("l", "n") => "@",
        RegularFile when options.Has("F") && (node.Mode & 0b001_001_001) != 0 => "*",
        _ => "",
    };

    private static string LongRow(string name, FileNode node, bool numeric)
    {
        var time = node.ModifiedAt.UtcDateTime.ToString("MMM d HH:mm", CultureInfo.InvariantCulture).Split(' ');
        var links = node is DirectoryNode directory ? 2 + directory.Children.Values.Count(c => c is DirectoryNode) : 1;
        var row = $"{ModeText(node)} {links,4} {Owner(node.Uid, numeric),-8} {Owner(node.Gid, numeric),-8} {SizeOf(node),9} {time[0]} {time[1],2} {time[2]} {name}";
        return node is SymbolicLink link ? $"{row} -> {link.Target}" : row;
    }

    private static string Owner(long id, bool numeric) => id == 0 && !numeric ? "root" : id.ToString(CultureInfo.InvariantCulture);

    public static long SizeOf(FileNode node) =>
        node switch { RegularFile { Program: not null } => 919_304, RegularFile file => file.Length, DirectoryNode => 4096, SymbolicLink link => link.Target.Length, _ => 0 };

    public static string ModeText(FileNode node)
    {
        var text = new StringBuilder().Append(node switch { DirectoryNode => 'd', SymbolicLink => 'l', DeviceNode => 'c', _ => '-' });
        for (var bit = 8; bit >= 0; bit--) text.Append((node.Mode >> bit & 1) == 1 ? "xwr"[bit % 3] : '-');
        Special(0b100_000_000_000, 3, 's');
        Special(0b010_000_000_000, 6, 's');
        Special(0b001_000_000_000, 9, 't');
        return text.ToString();

        void Special(int bit, int at, char letter)
        {
            if ((node.Mode & bit) != 0) text[at] = text[at] == 'x' ? letter : char.ToUpperInvariant(letter);
        }
    }
}
