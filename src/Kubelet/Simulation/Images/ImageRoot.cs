using System.Text;
using MiniK8s.Kubelet.Simulation.Files;
using MiniK8s.Kubelet.Simulation.Programs;

namespace MiniK8s.Kubelet.Simulation.Images;

/// <summary>Builds the frozen file trees of images.</summary>
internal static class ImageRoot
{
    private const int Executable = 0b111_101_101;
    private static readonly string[] Directories = ["/bin", "/dev", "/etc", "/home", "/opt", "/proc", "/root", "/run", "/sbin", "/srv", "/sys", "/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/share", "/var/log", "/var/run", "/var/lib"];
    private static readonly string[] Devices = ["null", "zero", "random", "urandom", "tty"];

    /// <summary>The /bin that most images share.</summary>
    public static DirectoryNode Userland()
    {
        var bin = new DirectoryNode();
        foreach (var name in ProgramTable.Userland.Keys) bin.Children[name] = new RegularFile(Executable) { Program = name };
        bin.Freeze();
        return bin;
    }

    public static DirectoryNode Build(ImageSpec spec, DirectoryNode userland)
    {
        var root = new DirectoryNode();
        foreach (var path in Directories) DirectoryAt(root, path);
        DirectoryAt(root, "/tmp").Mode = 0b111_111_111;
        foreach (var name in Devices) DirectoryAt(root, "/dev").Children[name] = new DeviceNode(name);
        Put(root, "/etc/passwd", Text($"root:x:0:0:root:/root:/bin/{(spec.Userland == "debian" ? "bash" : "sh")}\nbin:x:1:1:bin:/bin:/sbin/nologin\nnobody:x:65534:65534:nobody:/:/sbin/nologin\n"));
        Put(root, "/etc/group", Text("root:x:0:\nnobody:x:65534:\n"));
        if (spec.Userland != "none") AddUserland(root, spec, userland);
        foreach (var (path, program) in spec.Executables) Put(root, path, new RegularFile(Executable) { Program = program });
        foreach (var (path, content) in spec.Files)
        {
            if (path.EndsWith('/')) DirectoryAt(root, path);
            else if (content.StartsWith("->", StringComparison.Ordinal)) Put(root, path, new SymbolicLink(content[2..].Trim()));
            else Put(root, path, Text(content, content.StartsWith("#!", StringComparison.Ordinal) ? Executable : 0b110_100_100));
        }
        root.Freeze();
        return root;
    }

    private static void AddUserland(DirectoryNode root, ImageSpec spec, DirectoryNode userland)
    {
        var without = spec.Without.Concat(spec.Userland == "debian" ? [] : new[] { "bash" }).ToHashSet();
        var bin = (DirectoryNode)userland.Copy();
        foreach (var name in without) bin.Children.Remove(name);
        root.Children["bin"] = bin;
        // Debian has one directory under both names; elsewhere scripts still expect /usr/bin/env.
        if (spec.Userland == "debian") DirectoryAt(root, "/usr").Children["bin"] = bin;
        else DirectoryAt(root, "/usr/bin").Children["env"] = new RegularFile(Executable) { Program = "env" };
    }

    private static RegularFile Text(string content, int mode = 0b110_100_100)
    {
        var file = new RegularFile(mode);
        file.Replace(Encoding.UTF8.GetBytes(content));
        return file;
    }

    private static void Put(DirectoryNode root, string path, FileNode node) =>
        DirectoryAt(root, FileTree.Parent(path)).Children[FileTree.Name(path)] = node;

    private static DirectoryNode DirectoryAt(DirectoryNode root, string path)
    {
        var directory = root;
        foreach (var part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!directory.Children.TryGetValue(part, out var child)) directory.Children[part] = child = new DirectoryNode();
            directory = child as DirectoryNode ?? throw new InvalidOperationException($"The catalogue puts {path} below a file.");
        }
        return directory;
    }
}
