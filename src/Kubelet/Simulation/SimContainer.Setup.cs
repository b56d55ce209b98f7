using System.Text;
using MiniK8s.Kubelet.Runtime;
using MiniK8s.Kubelet.Simulation.Files;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation;

// What a container's first process finds: files, user, environment, command.
internal sealed partial class SimContainer
{
    private const string CreateFailed = "OCI runtime create failed: runc create failed";
    private const string DefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /// <summary>Finds a program, or says as runc does why it cannot be run.</summary>
    /// <exception cref="RuntimeException">It cannot.</exception>
    public static ResolvedCommand Resolve(Kernel kernel, IReadOnlyList<string> arguments, string? searchPath, string directory, FileUser user, string prefix)
    {
        string reason;
        if (arguments.Count == 0) reason = "no command specified";
        else
        {
            try
            {
                if (kernel.Resolve(arguments[0], searchPath, directory, user) is { } found) return found;
                reason = $"exec: \"{arguments[0]}\": executable file not found in $PATH";
            }
            catch (FileError error)
            {
                var text = error.Message.ToLowerInvariant();
                reason = error.Message == FileError.NotFound.Message ? $"exec: \"{arguments[0]}\": stat {arguments[0]}: {text}" : $"exec: \"{arguments[0]}\": {text}";
            }
        }
        throw new RuntimeException(RuntimeErrorCode.Unknown, $"{prefix}: unable to start container process: {reason}: unknown");
    }

    /// <summary>Starts a further process in the container, as exec does.</summary>
    /// <exception cref="RuntimeException">The container does not run, or has no such program.</exception>
    public SimProcess Exec(IReadOnlyList<string> arguments, DescriptorTable descriptors, bool tty = false)
    {
        if (Kernel is not { } kernel)
        {
            descriptors.CloseAll();
            throw new RuntimeException(RuntimeErrorCode.FailedPrecondition, $"container is in CONTAINER_{Status.State.ToString().ToUpperInvariant()} state");
        }
        try
        {
            var environment = MakeEnvironment();
            if (tty) environment.TryAdd("TERM", "xterm");
            var directory = WorkingDirectory();
            var command = Resolve(kernel, arguments, environment.GetValueOrDefault("PATH"), directory, _user,
                $"failed to exec in container: failed to start exec \"{SimulatedRuntime.NewId()}\": OCI runtime exec failed: exec failed");
            return kernel.Start(null, arguments, command, new ProcessSetup(environment, directory, _user, descriptors, new ProcessClock(_runtime.Time)));
        }
        catch (FileError error)
        {
            throw new RuntimeException(RuntimeErrorCode.Unknown, $"failed to exec in container: {error.Message}");
        }
        catch (RuntimeException)
        {
            descriptors.CloseAll();
            throw;
        }
    }

    private Kernel MakeKernel(DateTimeOffset startedAt)
    {
        var node = _runtime.Disk;
        var mounts = new List<MountPoint>();
        foreach (var mount in Config.Mounts)
        {
            if (node.KindOf(mount.HostPath) == NodePathKind.None) node.CreateDirectory(mount.HostPath);
            mounts.Add(new MountPoint(VirtualFileSystem.Normalise(mount.ContainerPath, "/"), node.Tree, VirtualFileSystem.Normalise(mount.HostPath, "/"), mount.ReadOnly));
        }
        if (Config.TerminationMessagePath != "") mounts.Add(new MountPoint(VirtualFileSystem.Normalise(Config.TerminationMessagePath, "/"), node.Tree, TerminationFile, ReadOnly: false));
        var files = new VirtualFileSystem(Root, readOnlyRoot: false, mounts);
        WithoutRecord(() =>
        {
            WriteSystemFiles();
            // A mount hides what is below it, but its place must exist for the way to it to be found.
            foreach (var mount in mounts) MakePlace(mount);
            MakeWorkingDirectory(files);
        });
        if (Config.Security.ReadOnlyRootFilesystem) files = new VirtualFileSystem(Root, readOnlyRoot: true, mounts);
        return new Kernel(files, Sandbox.Network, Image.Programs, Hostname(), Image.Facts, Config.Resources, _runtime.Time, startedAt, Processes())
        {
            MayTrace = Config.Security.Privileged || Config.Security.SysPtrace,
        };
    }

    private ProcessTable Processes() =>
        Config.TargetId is { } target ? _runtime.ProcessesOf(target) ?? throw NoProcesses() : Sandbox.Processes ?? new ProcessTable();

    private static SimProcess StartFirst(Kernel kernel, List<string> arguments, ResolvedCommand command, ProcessSetup setup)
    {
        try
        {
            return kernel.Start(null, arguments, command, setup);
        }
        catch (FileError)
        {
            throw NoProcesses();
        }
    }

    // The target, or the sandbox, has ended since the container was created; runc says it of a process that is gone.
    private static RuntimeException NoProcesses() =>
        new(RuntimeErrorCode.Unknown, $"{CreateFailed}: namespace path: lstat /proc/0/ns/pid: no such file or directory: unknown");

    private string Hostname() =>
        Sandbox.Config.HostNetwork ? _runtime.NodeName : Sandbox.Config.Hostname == "" ? Sandbox.Config.Name : Sandbox.Config.Hostname;

    // Made anew at every start, so the journal need not hold them.
    private void WithoutRecord(Action action)
    {
        var recording = Root.Changed;
        Root.Changed = null;
        action();
        Root.Changed = recording;
    }

    private void WriteSystemFiles()
    {
        var dns = Sandbox.Config.Dns;
        Write("/etc/hostname", Hostname() + "\n");
        Write("/etc/hosts", $"127.0.0.1\tlocalhost\n{Sandbox.Network.Ip}\t{Hostname()}\n");
        var lines = new List<string>();
        if (dns.Searches.Count > 0) lines.Add("search " + string.Join(' ', dns.Searches));
        lines.AddRange(dns.Servers.Select(s => $"nameserver {s}"));
        if (dns.Options.Count > 0) lines.Add("options " + string.Join(' ', dns.Options));
        Write("/etc/resolv.conf", string.Concat(lines.Select(l => l + "\n")));

        void Write(string path, string content)
        {
            Root.MakeDirectories(FileTree.Parent(path));
            Root.OpenForWriting(path, truncate: true, 0b110_100_100, 0, 0).Replace(Encoding.UTF8.GetBytes(content));
        }
    }

    private void MakePlace(MountPoint mount)
    {
        if (mount.Path == "/") return;
        var isDirectory = mount.Tree.Find(mount.TreePath) is DirectoryNode;
        try
        {
            switch (Root.Find(mount.Path))
            {
                case null:
                    Root.MakeDirectories(FileTree.Parent(mount.Path));
                    if (isDirectory) Root.MakeDirectory(mount.Path);
                    else Root.OpenForWriting(mount.Path, truncate: false, 0b110_100_100, 0, 0);
                    break;
                // A directory over a file, as when a subPath names a key that is not there; or the other way round.
                case DirectoryNode when !isDirectory:
                case RegularFile when isDirectory:
                    throw FileError.NotDirectory;
            }
        }
        catch (FileError error)
        {
            throw Uninitialised($"error mounting \"{mount.TreePath}\" to rootfs at \"{mount.Path}\": mount {mount.TreePath}:{mount.Path} (via /proc/self/fd/6), flags: 0x5000: {error.Message.ToLowerInvariant()}");
        }
    }

    // Made where it is not there, in a volume too.
    private void MakeWorkingDirectory(VirtualFileSystem files)
    {
        var made = "/";
        foreach (var part in WorkingDirectory().Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            made = made == "/" ? $"/{part}" : $"{made}/{part}";
            try
            {
                if (files.Locate(made, "/").Node is not (null or DirectoryNode)) throw FileError.NotDirectory;
                if (files.Find(made, "/") is null) files.MakeDirectory(made, "/", FileUser.Root);
            }
            catch (FileError error)
            {
                throw Uninitialised($"mkdir {made}: {error.Message.ToLowerInvariant()}");
            }
        }
    }

    // In runc's words, as those of Resolve.
    private static RuntimeException Uninitialised(string reason) =>
        new(RuntimeErrorCode.Unknown, $"{CreateFailed}: unable to start container process: error during container init: {reason}: unknown");

    private string WorkingDirectory() =>
        VirtualFileSystem.Normalise(Config.WorkingDir != "" ? Config.WorkingDir : Image.Spec.WorkingDir, "/");

    // entrypoint and cmd as CRI has them: a command replaces both, arguments alone replace cmd.
    private List<string> Command() =>
        Config.Command.Count > 0 ? [.. Config.Command, .. Config.Args]
        : [.. Image.Spec.Entrypoint, .. Config.Args.Count > 0 ? Config.Args : Image.Spec.Cmd];

    private Dictionary<string, string> MakeEnvironment()
    {
        var environment = new Dictionary<string, string> { ["PATH"] = Image.Env.GetValueOrDefault("PATH", DefaultPath), ["HOSTNAME"] = Hostname() };
        if (Config.Tty) environment["TERM"] = "xterm";
        foreach (var (name, value) in Image.Env) environment[name] = value;
        foreach (var variable in Config.Env) environment[variable.Name] = variable.Value;
        environment.TryAdd("HOME", _user.Uid == 0 ? "/root" : "/");
        return environment;
    }

    // By the image's own files: no volume is mounted yet when containerd looks.
    private FileUser FindUser()
    {
        var security = Config.Security;
        var (uid, gid) = security.RunAsUser is { } given ? (given, GroupOf(given)) : ImageUser();
        return new FileUser(uid, security.RunAsGroup ?? gid, security.SupplementalGroups);
    }

    private (long Uid, long Gid) ImageUser()
    {
        if (Image.Spec.User == "") return (0, 0);
        var parts = Image.Spec.User.Split(':');
        var row = Accounts().FirstOrDefault(a => a.Name == parts[0]);
        if (!long.TryParse(parts[0], out var uid) && row.Name is null)
            throw new RuntimeException(RuntimeErrorCode.Unknown,
                $"failed to create containerd container: mount callback failed on /var/lib/containerd/tmpmounts/containerd-mount{Convert.ToUInt32(Id[..8], 16)}: no users found");
        if (row.Name is not null) uid = row.Uid;
        return (uid, parts.Length > 1 && long.TryParse(parts[1], out var gid) ? gid : row.Name is not null ? row.Gid : GroupOf(uid));
    }

    private long GroupOf(long uid) => Accounts().FirstOrDefault(a => a.Uid == uid).Gid;

    private IEnumerable<(string Name, long Uid, long Gid)> Accounts()
    {
        if (Root.Find("/etc/passwd") is not RegularFile passwd) yield break;
        foreach (var line in Encoding.UTF8.GetString(passwd.Content.Span).Split('\n'))
            if (line.Split(':') is [var name, _, var uid, var gid, ..] && long.TryParse(uid, out var u) && long.TryParse(gid, out var g))
                yield return (name, u, g);
    }
}
