using System.Globalization;
using System.Text;
using MiniK8s.Kubelet.Simulation.Files;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Disk;

internal sealed class ListFiles : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var options = new Arguments(arguments);
        var status = 0;
        var files = new List<KeyValuePair<string, FileNode>>();
        var directories = new List<string>();
        foreach (var path in options.Operands.Count == 0 ? ["."] : options.Operands)
        {
            var node = self.Files.Find(path, followLast: !options.Has("l") || path.EndsWith('/'));
            if (node is null)
            {
                await self.ErrorAsync($"ls: {path}: No such file or directory");
                status = 1;
            }
            else if (node is DirectoryNode && !options.Has("d")) directories.Add(path);
            else files.Add(new(path, node));
        }
        await ShowAsync(self, options, files);
        for (var i = 0; i < directories.Count; i++)
        {
            if (directories.Count + files.Count > 1) await self.WriteLineAsync((i + files.Count > 0 ? "\n" : "") + directories[i] + ":");
            var entries = self.Files.List(directories[i]).Where(e => options.Has("a", "A") || e.Key[0] != '.').ToList();
            if (options.Has("l")) await self.WriteLineAsync($"total {entries.Count * 4}");
            await ShowAsync(self, options, options.Has("a") ? [new(".", new DirectoryNode()), new("..", new DirectoryNode()), .. entries] : entries);
        }
        return status;
    }

    private static async ValueTask ShowAsync(SimProcess self, Arguments options, List<KeyValuePair<string, FileNode>> entries)
    {
        if (options.Has("t")) entries = [.. entries.OrderByDescending(e => e.Value.ModifiedAt)];
        if (options.Has("r")) entries.Reverse();
        foreach (var (name, node) in entries) await self.WriteLineAsync(options.Has("l") ? LongRow(name, node) : name);
    }

    private static string LongRow(string name, FileNode node)
    {
        var time = node.ModifiedAt.UtcDateTime.ToString("MMM d HH:mm", CultureInfo.InvariantCulture).Split(' ');
        var links = node is DirectoryNode directory ? 2 + directory.Children.Values.Count(c => c is DirectoryNode) : 1;
        var row = $"{ModeText(node)} {links,4} {Owner(node.Uid),-8} {Owner(node.Gid),-8} {SizeOf(node),9} {time[0]} {time[1],2} {time[2]} {name}";
        return node is SymbolicLink link ? $"{row} -> {link.Target}" : row;
    }

    private static string Owner(long id) => id == 0 ? "root" : id.ToString(CultureInfo.InvariantCulture);

    public static long SizeOf(FileNode node) =>
        node switch { RegularFile { Program: not null } => 919_304, RegularFile file => file.Length, DirectoryNode => 4096, _ => 0 };

    public static string ModeText(FileNode node)
    {
        var text = new StringBuilder().Append(node switch { DirectoryNode => 'd', SymbolicLink => 'l', DeviceNode => 'c', _ => '-' });
        for (var bit = 8; bit >= 0; bit--) text.Append((node.Mode >> bit & 1) == 1 ? "xwr"[bit % 3] : '-');
        return text.ToString();
    }
}
