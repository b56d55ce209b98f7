using System.Collections.Frozen;
using MiniK8s.Kubelet.Simulation.Processes;
using MiniK8s.Kubelet.Simulation.Programs.AwkLanguage;
using MiniK8s.Kubelet.Simulation.Programs.Disk;
using MiniK8s.Kubelet.Simulation.Programs.Jobs;
using MiniK8s.Kubelet.Simulation.Programs.Machine;
using MiniK8s.Kubelet.Simulation.Programs.Net;
using MiniK8s.Kubelet.Simulation.Programs.Services;
using MiniK8s.Kubelet.Simulation.Programs.Texts;
using MiniK8s.Kubelet.Simulation.Shell;

namespace MiniK8s.Kubelet.Simulation.Programs;

/// <summary>The programs every image with a userland has, and the services that images add.</summary>
internal sealed class ProgramTable : IProgramTable
{
    /// <summary>What busybox, or coreutils and friends, would bring.</summary>
    public static FrozenDictionary<string, IProgram> Userland { get; } = new Dictionary<string, IProgram>
    {
        ["sh"] = new ShellProgram(), ["ash"] = new ShellProgram(), ["bash"] = new ShellProgram(),
        ["echo"] = new Echo(), ["printf"] = new Printf(), ["cat"] = new Cat(), ["tac"] = new Tac(), ["head"] = new Head(), ["tail"] = new Tail(),
        ["grep"] = new Grep(), ["egrep"] = new Grep(), ["fgrep"] = new Grep(), ["sed"] = new Sed(), ["awk"] = new Awk(), ["wc"] = new WordCount(), ["sort"] = new Sort(),
        ["uniq"] = new Unique(), ["cut"] = new Cut(), ["tr"] = new Translate(), ["tee"] = new Tee(), ["xargs"] = new Xargs(), ["seq"] = new Sequence(),
        ["yes"] = new Yes(), ["rev"] = new Reverse(), ["nl"] = new NumberLines(), ["base64"] = new Base64(), ["md5sum"] = new Checksum(), ["sha256sum"] = new Checksum(), ["sha1sum"] = new Checksum(), ["sha512sum"] = new Checksum(),
        ["ls"] = new ListFiles(), ["mkdir"] = new MakeDirectory(), ["rmdir"] = new RemoveDirectory(), ["touch"] = new Touch(), ["rm"] = new Remove(), ["cp"] = new Copy(),
        ["mv"] = new Move(), ["ln"] = new Link(), ["chmod"] = new ChangeMode(), ["chown"] = new ChangeOwner(), ["chgrp"] = new ChangeOwner(), ["stat"] = new Stat(),
        ["readlink"] = new ReadLink(), ["realpath"] = new RealPath(), ["find"] = new Find(), ["du"] = new DiskUse(), ["df"] = new DiskFree(), ["basename"] = new BaseName(), ["dirname"] = new DirName(),
        ["pwd"] = new PrintDirectory(), ["which"] = new Which(), ["dd"] = new CopyBlocks(), ["sync"] = new Constant(0), ["mktemp"] = new MakeTemporary(),
        ["truncate"] = new Truncate(), ["tar"] = new Tar(), ["stty"] = new TerminalSettings(),
        ["sleep"] = new Sleep(), ["usleep"] = new Sleep(), ["date"] = new Date(), ["test"] = new Test(), ["["] = new Test(), ["[["] = new Test(), ["expr"] = new Expr(),
        ["true"] = new Constant(0), ["false"] = new Constant(1), ["id"] = new Id(), ["whoami"] = new WhoAmI(), ["hostname"] = new HostName(), ["env"] = new Env(),
        ["printenv"] = new PrintEnv(), ["uname"] = new Uname(), ["uptime"] = new Uptime(), ["nproc"] = new Nproc(), ["free"] = new Free(), ["clear"] = new Constant(0),
        ["nohup"] = new RunOther(), ["setsid"] = new RunOther(), ["nice"] = new RunOther(), ["timeout"] = new TimeLimit(), ["time"] = new TimeCommand(),
        ["ps"] = new ProcessList(), ["kill"] = new Kill(), ["pgrep"] = new ProcessGrep(), ["pkill"] = new ProcessGrep(), ["killall"] = new KillAll(), ["pidof"] = new PidOf(),
        ["top"] = new ProcessList(), ["ping"] = new Ping(), ["nslookup"] = new NsLookup(), ["wget"] = new Wget(), ["curl"] = new Curl(), ["nc"] = new Netcat(),
        ["telnet"] = new Netcat(), ["netstat"] = new NetStat(), ["ss"] = new NetStat(), ["ifconfig"] = new IfConfig(), ["ip"] = new IfConfig(),
    }.ToFrozenDictionary();

    private static readonly FrozenDictionary<string, IProgram> Services = new Dictionary<string, IProgram>
    {
        ["nginx"] = new Nginx(), ["nginx-entrypoint"] = new NginxEntrypoint(), ["redis-server"] = new RedisServer(), ["redis-cli"] = new RedisClient(),
        ["mysqladmin"] = new MySqlAdmin(), ["stress"] = new Stress(), ["pause"] = new Pause(), ["hello"] = new Hello(), ["docker-entrypoint"] = new DockerEntrypoint(),
        ["agnhost"] = new Agnhost(),
    }.ToFrozenDictionary();

    private readonly IReadOnlyDictionary<string, IProgram> _own;

    /// <param name="own">Programs that the image itself describes; they come before the common ones of the same name.</param>
    public ProgramTable(IReadOnlyDictionary<string, IProgram> own) => _own = own;

    public IProgram? Find(string name) =>
        _own.TryGetValue(name, out var program) || Services.TryGetValue(name, out program) || Userland.TryGetValue(name, out program) ? program : null;
}
