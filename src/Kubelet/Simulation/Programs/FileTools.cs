using System.Globalization;
using System.Text;
using MiniK8s.Kubelet.Simulation.Files;
using MiniK8s.Kubelet.Simulation.Processes;
using MiniK8s.Kubelet.Simulation.Shell;

namespace MiniK8s.Kubelet.Simulation.Programs;

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
            await ShowAsync(self, options, options.Has("a") ? [Entry(".", directories[i]), Entry("..", $"{directories[i]}/.."), .. entries] : entries);
        }
        return status;

        KeyValuePair<string, FileNode> Entry(string name, string path) => new(name, self.Files.Find(path) ?? new DirectoryNode());
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
        if ((node.Mode & DirectoryNode.SetGroupId) != 0) text[6] = text[6] == 'x' ? 's' : 'S';
        return text.ToString();
    }
}

/// <summary>Commands that do one thing to each operand, report each failure and go on.</summary>
internal abstract class EachOperand(string tool, string withValue = "") : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var options = new Arguments(arguments, withValue);
        if (options.Operands.Count == 0)
        {
            await self.ErrorAsync($"{tool}: missing operand");
            return 1;
        }
        var status = 0;
        foreach (var operand in Operands(options))
        {
            try
            {
                await ApplyAsync(self, options, operand);
            }
            catch (FileError error)
            {
                if (IsForgiven(options, error)) continue;
                await self.ErrorAsync($"{tool}: {Failure(operand)}: {error.Message}");
                status = 1;
            }
        }
        return status;
    }

    protected virtual IEnumerable<string> Operands(Arguments options) => options.Operands;

    protected abstract ValueTask ApplyAsync(SimProcess self, Arguments options, string path);

    protected virtual string Failure(string path) => path;

    protected virtual bool IsForgiven(Arguments options, FileError error) => false;
}

internal sealed class MakeDirectory() : EachOperand("mkdir", "m")
{
    protected override ValueTask ApplyAsync(SimProcess self, Arguments options, string path)
    {
        if (!options.Has("p")) self.Files.MakeDirectory(path);
        else
        {
            var full = self.Files.FullPath(path);
            for (var end = full.IndexOf('/', 1); ; end = full.IndexOf('/', end + 1))
            {
                var part = end < 0 ? full : full[..end];
                if (self.Files.Find(part) is not DirectoryNode) self.Files.MakeDirectory(part);
                if (end < 0) break;
            }
        }
        if (options.TryValue(out var mode, "m")) self.Files.SetAttributes(path, mode: Convert.ToInt32(mode, 8));
        return ValueTask.CompletedTask;
    }

    protected override string Failure(string path) => $"can't create directory '{path}'";
}

internal sealed class RemoveDirectory() : EachOperand("rmdir")
{
    protected override ValueTask ApplyAsync(SimProcess self, Arguments options, string path)
    {
        if ((self.Files.Find(path, followLast: false) ?? throw FileError.NotFound) is not DirectoryNode) throw FileError.NotDirectory;
        if (self.Files.List(path).Count > 0) throw FileError.NotEmpty;
        self.Files.Delete(path);
        return ValueTask.CompletedTask;
    }

    protected override string Failure(string path) => $"'{path}'";
}

internal sealed class Touch() : EachOperand("touch", "rdt")
{
    protected override ValueTask ApplyAsync(SimProcess self, Arguments options, string path)
    {
        if (self.Files.Exists(path)) self.Files.SetAttributes(path, touch: true);
        else if (!options.Has("c")) self.Files.OpenWrite(path, append: true).Release();
        return ValueTask.CompletedTask;
    }
}

internal sealed class Remove() : EachOperand("rm")
{
    protected override ValueTask ApplyAsync(SimProcess self, Arguments options, string path)
    {
        if (self.Files.Find(path, followLast: false) is not { } node)
        {
            // One more try: what stands in the way (read-only, missing directory) is the better message.
            self.Files.Delete(path);
            return ValueTask.CompletedTask;
        }
        if (node is DirectoryNode && !options.Has("r", "R")) throw FileError.IsDirectory;
        self.Files.Delete(path);
        return ValueTask.CompletedTask;
    }

    protected override string Failure(string path) => $"can't remove '{path}'";

    protected override bool IsForgiven(Arguments options, FileError error) =>
        options.Has("f") && error.Message == FileError.NotFound.Message;
}

internal sealed class Copy() : EachOperand("cp")
{
    protected override IEnumerable<string> Operands(Arguments options) => options.Operands.SkipLast(1);

    protected override ValueTask ApplyAsync(SimProcess self, Arguments options, string path) =>
        CopyAsync(self, path, Into(self, path, options.Operands[^1]), options.Has("r", "R", "a"));

    protected override string Failure(string path) => $"can't stat '{path}'";

    public static string Into(SimProcess self, string source, string target) =>
        self.Files.Find(target) is DirectoryNode ? $"{target.TrimEnd('/')}/{FileTree.Name(source.TrimEnd('/'))}" : target;

    public static async ValueTask CopyAsync(SimProcess self, string source, string target, bool recursive)
    {
        var node = self.Files.Find(source) ?? throw FileError.NotFound;
        if (node is not DirectoryNode)
        {
            var content = await self.Files.ReadAllAsync(source);
            var file = self.Files.OpenWrite(target, append: false);
            await file.WriteAsync(content, self.Killed);
            file.Release();
            self.Files.SetAttributes(target, mode: node.Mode);
            return;
        }
        if (!recursive) throw new FileError("omitting directory");
        if (!self.Files.Exists(target)) self.Files.MakeDirectory(target);
        foreach (var (name, _) in self.Files.List(source))
            await CopyAsync(self, $"{source.TrimEnd('/')}/{name}", $"{target}/{name}", recursive: true);
    }
}

internal sealed class Move() : EachOperand("mv")
{
    protected override IEnumerable<string> Operands(Arguments options) => options.Operands.SkipLast(1);

    protected override async ValueTask ApplyAsync(SimProcess self, Arguments options, string path)
    {
        await Copy.CopyAsync(self, path, Copy.Into(self, path, options.Operands[^1]), recursive: true);
        self.Files.Delete(path);
    }

    protected override string Failure(string path) => $"can't rename '{path}'";
}

internal sealed class Link() : EachOperand("ln")
{
    protected override IEnumerable<string> Operands(Arguments options) => options.Operands.SkipLast(options.Operands.Count > 1 ? 1 : 0);

    protected override async ValueTask ApplyAsync(SimProcess self, Arguments options, string path)
    {
        var target = options.Operands.Count > 1 ? Copy.Into(self, path, options.Operands[^1]) : FileTree.Name(path);
        if (options.Has("f") && self.Files.Find(target, followLast: false) is not null) self.Files.Delete(target);
        if (options.Has("s")) self.Files.MakeLink(target, path);
        else await Copy.CopyAsync(self, path, target, recursive: false);
    }
}

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

internal sealed class Stat() : EachOperand("stat", "c")
{
    protected override async ValueTask ApplyAsync(SimProcess self, Arguments options, string path)
    {
        var node = self.Files.Find(path) ?? throw FileError.NotFound;
        var size = ListFiles.SizeOf(node);
        var kind = node switch { DirectoryNode => "directory", SymbolicLink => "symbolic link", _ => "regular file" };
        if (options.TryValue(out var format, "c"))
        {
            await self.WriteLineAsync(format.Replace("%s", size.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal).Replace("%n", path, StringComparison.Ordinal)
                .Replace("%a", Convert.ToString(node.Mode, 8), StringComparison.Ordinal).Replace("%u", node.Uid.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
                .Replace("%g", node.Gid.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal).Replace("%F", kind, StringComparison.Ordinal)
                .Replace("%Y", node.ModifiedAt.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal));
            return;
        }
        await self.WriteLineAsync($"  File: {path}\n  Size: {size,-10}\t{kind}\nAccess: (0{Convert.ToString(node.Mode, 8)}/{ListFiles.ModeText(node)})  Uid: {node.Uid}   Gid: {node.Gid}\nModify: {node.ModifiedAt.UtcDateTime:yyyy-MM-dd HH:mm:ss.fffffff} +0000");
    }

    protected override string Failure(string path) => $"can't stat '{path}'";
}

internal sealed class ReadLink : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var options = new Arguments(arguments);
        foreach (var path in options.Operands)
        {
            if (options.Has("f")) await self.WriteLineAsync(self.Kernel.Files.Locate(path, self.WorkingDirectory).FullPath);
            else if (self.Files.Find(path, followLast: false) is SymbolicLink link) await self.WriteLineAsync(link.Target);
            else return 1;
        }
        return 0;
    }
}

/// <summary>find with -name, -type, -maxdepth and -delete.</summary>
internal sealed class Find : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var roots = arguments.Skip(1).TakeWhile(a => a[0] != '-').ToList();
        string? Option(string name) => arguments.SkipWhile(a => a != name).Skip(1).FirstOrDefault();
        var depth = int.TryParse(Option("-maxdepth"), out var d) ? d : int.MaxValue;
        var status = 0;
        foreach (var root in roots.Count == 0 ? ["."] : roots)
        {
            if (self.Files.Find(root) is not { } node)
            {
                await self.ErrorAsync($"find: {root}: No such file or directory");
                status = 1;
                continue;
            }
            foreach (var (path, found) in Below(self, root, node, depth).ToList())
            {
                if (Option("-name") is { } name && !ShellPattern.IsMatch(name, FileTree.Name(path))) continue;
                if (Option("-type") is { } type && type != (found is DirectoryNode ? "d" : found is SymbolicLink ? "l" : "f")) continue;
                if (arguments.Contains("-delete")) self.Files.Delete(path);
                else await self.WriteLineAsync(path);
            }
        }
        return status;
    }

    private static IEnumerable<(string Path, FileNode Node)> Below(SimProcess self, string path, FileNode node, int depth)
    {
        yield return (path, node);
        if (node is not DirectoryNode || depth == 0) yield break;
        foreach (var (name, child) in self.Files.List(path))
            foreach (var found in Below(self, $"{path.TrimEnd('/')}/{name}", child, depth - 1)) yield return found;
    }
}

internal sealed class DiskUse : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        foreach (var path in new Arguments(arguments, "d").Operands.DefaultIfEmpty("."))
            await self.WriteLineAsync($"{Size(self, path) / 1024}\t{path}");
        return 0;
    }

    private static long Size(SimProcess self, string path) => self.Files.Find(path) switch
    {
        DirectoryNode => 4096 + self.Files.List(path).Sum(e => Size(self, $"{path}/{e.Key}")),
        { } node => (ListFiles.SizeOf(node) + 4095) / 4096 * 4096,
        null => 0,
    };
}

internal sealed class DiskFree : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var human = new Arguments(arguments).Has("h");
        await self.WriteLineAsync(human ? "Filesystem                Size      Used Available Use% Mounted on" : "Filesystem           1K-blocks      Used Available Use% Mounted on");
        var row = human ? "                 97.9G     20.0G     77.9G  20% " : "             102687672  20971520  81716152  20% ";
        await self.WriteLineAsync($"overlay {row}/");
        foreach (var mount in self.Kernel.Files.Mounts.Where(m => m.Path != "/").OrderBy(m => m.Path, StringComparer.Ordinal)) await self.WriteLineAsync($"/dev/vda1 {row}{mount.Path}");
        return 0;
    }
}

internal sealed class BaseName : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var name = FileTree.Name((arguments.ElementAtOrDefault(1) ?? "").TrimEnd('/'));
        if (arguments.Count > 2 && name.EndsWith(arguments[2], StringComparison.Ordinal) && name != arguments[2]) name = name[..^arguments[2].Length];
        await self.WriteLineAsync(name == "" ? "/" : name);
        return 0;
    }
}

internal sealed class DirName : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var path = (arguments.ElementAtOrDefault(1) ?? "").TrimEnd('/');
        var slash = path.LastIndexOf('/');
        await self.WriteLineAsync(slash < 0 ? path == "" ? "/" : "." : slash == 0 ? "/" : path[..slash]);
        return 0;
    }
}

internal sealed class PrintDirectory : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        await self.WriteLineAsync(self.WorkingDirectory);
        return 0;
    }
}

internal sealed class Which : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var status = 0;
        foreach (var name in arguments.Skip(1))
        {
            var path = (self.Env("PATH") ?? "/usr/bin:/bin").Split(':').Select(d => $"{d}/{name}")
                .FirstOrDefault(p => self.Files.Find(p) is { } node && VirtualFileSystem.CanExecute(node, self.User));
            if (path is null) status = 1;
            else await self.WriteLineAsync(path);
        }
        return status;
    }
}

internal sealed class CopyBlocks : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var operands = arguments.Skip(1).Select(a => a.Split('=', 2)).Where(p => p.Length == 2).ToDictionary(p => p[0], p => p[1]);
        var size = Sizes.Parse(operands.GetValueOrDefault("bs", "512"));
        var count = operands.TryGetValue("count", out var c) ? long.Parse(c, CultureInfo.InvariantCulture) : long.MaxValue;
        var input = operands.TryGetValue("if", out var from) ? self.Files.OpenRead(from) : self.Stdin.Retain();
        var output = operands.TryGetValue("of", out var to) ? self.Files.OpenWrite(to, append: false) : self.Stdout.Retain();
        long blocks = 0, bytes = 0;
        try
        {
            var buffer = new byte[(int)long.Clamp(size, 1, 1 << 20)];
            for (; blocks < count; blocks++)
            {
                await self.Kernel.Throttle.StepAsync(self);
                if (await input.ReadAsync(buffer, self.Killed) is var read && read == 0) break;
                await output.WriteAsync(buffer.AsMemory(0, read), self.Killed);
                bytes += read;
            }
        }
        catch (FileError error)
        {
            await self.ErrorAsync($"dd: error writing '{to ?? "stdout"}': {error.Message}");
            return 1;
        }
        finally
        {
            input.Release();
            output.Release();
        }
        await self.ErrorAsync($"{blocks}+0 records in\n{blocks}+0 records out\n{bytes} bytes copied");
        return 0;
    }
}

internal sealed class MakeTemporary : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        while (true)
        {
            var path = $"/tmp/tmp.{Convert.ToHexString(Guid.NewGuid().ToByteArray())[..6]}";
            if (self.Files.Exists(path)) continue;
            if (new Arguments(arguments).Has("d")) self.Files.MakeDirectory(path);
            else self.Files.OpenWrite(path, append: false).Release();
            await self.WriteLineAsync(path);
            return 0;
        }
    }
}

internal sealed class Truncate() : EachOperand("truncate", "s")
{
    protected override async ValueTask ApplyAsync(SimProcess self, Arguments options, string path)
    {
        var size = (int)long.Min(Sizes.Parse(options.Value("s") ?? "0"), FileTree.MaxFileBytes);
        var content = self.Files.Exists(path) ? await self.Files.ReadAllAsync(path) : [];
        Array.Resize(ref content, size);
        var file = self.Files.OpenWrite(path, append: false);
        await file.WriteAsync(content, self.Killed);
        file.Release();
    }
}

/// <summary>Sizes with a suffix: <c>64</c>, <c>4k</c>, <c>150M</c>, <c>1G</c>.</summary>
internal static class Sizes
{
    public static long Parse(string text)
    {
        var digits = text.TakeWhile(char.IsAsciiDigit).Count();
        var number = digits == 0 ? 1 : long.Parse(text.AsSpan(0, digits), CultureInfo.InvariantCulture);
        return number * (text.Length == digits ? 1 : char.ToUpperInvariant(text[digits]) switch { 'K' => 1L << 10, 'M' => 1L << 20, 'G' => 1L << 30, _ => 1 });
    }
}
